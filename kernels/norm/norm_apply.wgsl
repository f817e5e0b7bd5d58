// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta. In the padding gamma and beta are 0, so y stays 0.
// Bindings: x read vec4f[rows][C4]; mean, variance, gamma, beta read vec4f[C4]; y write vec4f[rows][C4].
// Grid: one thread per vec4f of y, 64 per workgroup.
struct Params { rows: u32, epsilon: f32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read> variance: array<vec4f>;
@group(0) @binding(4) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(5) var<storage, read> beta: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  let c = i % C4;
  y[i] = (x[i] - mean[c]) * (gamma[c] / sqrt(variance[c] + params.epsilon)) + beta[c];
}
