// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, then, with RESIDUAL, + residual, and then, with RELU,
// max(y, 0): what follows a batch norm in a residual network, in one pass. In the padding gamma and beta are 0, so y
// stays 0.
// Bindings: x read quads[rows][C4]; mean, variance, gamma, beta read vec4f[C4]; residual read quads[rows][C4], any
// buffer without RESIDUAL; y write quads[rows][C4].
// Grid: one thread per vec4f of y, 64 per workgroup.
struct Params { rows: u32, epsilon: f32 }
override C4: u32;
override RELU: bool = false;
override RESIDUAL: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read> variance: array<vec4f>;
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(5) var<storage, read> beta: array<vec4f>;
@group(0) @binding(6) var<storage, read> residual: array<stored_residual>;
@group(0) @binding(7) var<storage, read_write> y: array<stored_y>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  let c = i % C4;
  var v = (load_x(i) - mean[c]) * (gamma[c] / sqrt(variance[c] + params.epsilon)) + beta[c];
  if (RESIDUAL) { v += load_residual(i); }
  if (RELU) { v = max(v, vec4f(0.0)); }
  store_y(i, v);
}
