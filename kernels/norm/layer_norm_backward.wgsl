// dx = (g - mean(g) - xhat mean(g * xhat)) / deviation with g = dy * gamma and xhat = (x - mean) / deviation; means are those
// of the row.
// Bindings: x, dy read vec4f[rows][C4]; gamma read vec4f[C4]; statistics read vec4f[rows], mean and 1 / deviation; dx write
// vec4f[rows][C4].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, inverseChannels: f32 }
override C4: u32;
override C: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(4) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  let centre = statistics[row].x;
  let inverse = statistics[row].y;
  var sum = vec4f();
  var radial = vec4f();
  for (var c = 0u; c < C4; c++) {
    // Gamma is zero in the padding.
    let g = dy[row * C4 + c] * gamma[c];
    sum += g;
    radial += g * (x[row * C4 + c] - centre) * inverse;
  }
  let mean_g = dot(sum, vec4f(1.0)) * params.inverseChannels;
  let mean_radial = dot(radial, vec4f(1.0)) * params.inverseChannels;
  // Begins at 0: rule 15 in kernels/README.md.
  for (var c = row / params.rows; c < C4; c++) {
    let normalised = (x[row * C4 + c] - centre) * inverse;
    let value = inverse * (dy[row * C4 + c] * gamma[c] - mean_g - normalised * mean_radial);
    dx[row * C4 + c] = select(vec4f(), value, c * 4u + vec4u(0u, 1u, 2u, 3u) < vec4u(C));
  }
}
