// First level of the batch-norm gradient: sums of g and of g * xhat over each chunk of 64 rows, where g is dy or, with
// RELU, dy where the norm is positive. The norm is computed again, which costs less than reading it.
// Bindings: x, dy read quads[rows][C4]; mean, variance, gamma, beta read vec4f[C4]; partials write
// vec4f[chunks][2][C4].
// Grid: one thread per chunk and vec4f of channels, 64 per workgroup.
struct Params { rows: u32, epsilon: f32 }
override C4: u32;
override RELU: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> dy: array<stored_dy>;
@group(0) @binding(3) var<storage, read> mean: array<vec4f>;
@group(0) @binding(4) var<storage, read> variance: array<vec4f>;
@group(0) @binding(5) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(6) var<storage, read> beta: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let chunk = i / C4;
  let c = i % C4;
  let first = chunk * 64u;
  if (first >= params.rows) { return; }
  let deviation = sqrt(variance[c] + params.epsilon);
  let inverse = 1.0 / deviation;
  let centre = mean[c];
  let scale = gamma[c] / deviation;
  let shift = beta[c];
  var sum = vec4f(0.0);
  var dot = vec4f(0.0);
  for (var row = first; row < min(first + 64u, params.rows); row++) {
    let d = load_x(row * C4 + c) - centre;
    var g = load_dy(row * C4 + c);
    if (RELU) { g = select(vec4f(0.0), g, d * scale + shift > vec4f(0.0)); }
    sum += g;
    dot += g * d * inverse;
  }
  partials[(chunk * 2u) * C4 + c] = sum;
  partials[(chunk * 2u + 1u) * C4 + c] = dot;
}
