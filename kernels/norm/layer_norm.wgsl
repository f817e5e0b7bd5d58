// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta with mean and variance of the row, the biased one.
// Bindings: x read vec4f[rows][C4]; gamma, beta read vec4f[C4]; y write vec4f[rows][C4]; statistics write vec4f[rows], mean
// and 1 / sqrt(variance + epsilon).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, epsilon: f32, inverseChannels: f32 }
override C4: u32;
override C: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(3) var<storage, read> beta: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> statistics: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var sum = vec4f();
  for (var c = 0u; c < C4; c++) { sum += x[row * C4 + c]; }
  let mean = dot(sum, vec4f(1.0)) * params.inverseChannels;
  var squares = vec4f();
  // Loops begin at 0: rule 15 in kernels/README.md.
  for (var c = row / params.rows; c < C4; c++) {
    // Padding does not deviate.
    let is_channel = c * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(C);
    let d = select(vec4f(), x[row * C4 + c] - mean, is_channel);
    squares += d * d;
  }
  let inverse = 1.0 / sqrt(dot(squares, vec4f(1.0)) * params.inverseChannels + params.epsilon);
  for (var c = row / params.rows; c < C4; c++) {
    y[row * C4 + c] = (x[row * C4 + c] - mean) * inverse * gamma[c] + beta[c];
  }
  statistics[row] = vec4f(mean, inverse, 0.0, 0.0);
}
