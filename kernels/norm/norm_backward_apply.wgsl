// dx of batch norm. Batch statistics (BATCH) depend on x, so that
//   dx = gamma / sqrt(variance + epsilon) * (g - mean(g) - xhat * mean(g * xhat));
// running statistics are constants, which leaves the first term alone. g is dy or, with RELU, dy where the norm is
// positive.
// Bindings: x, dy read quads[rows][C4]; mean, variance, gamma, beta read vec4f[C4]; sums read vec4f[2][C4];
// dx write quads[rows][C4].
// Grid: one thread per vec4f of dx, 64 per workgroup.
struct Params { rows: u32, epsilon: f32 }
override C4: u32;
override BATCH: bool = true;
override RELU: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> dy: array<stored_dy>;
@group(0) @binding(3) var<storage, read> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read> variance: array<vec4f>;
@group(0) @binding(5) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(6) var<storage, read> beta: array<vec4f>;
@group(0) @binding(7) var<storage, read> sums: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dx: array<stored_dx>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  let c = i % C4;
  let deviation = sqrt(variance[c] + params.epsilon);
  let inverse = 1.0 / deviation;
  let d = load_x(i) - mean[c];
  var g = load_dy(i);
  if (RELU) {
    g = select(vec4f(0.0), g, d * (gamma[c] / deviation) + beta[c] > vec4f(0.0));
  }
  if (BATCH) {
    let n = f32(params.rows);
    g -= sums[c] / n + d * inverse * (sums[C4 + c] / n);
  }
  store_dx(i, gamma[c] * inverse * g);
}
