// dx = (dy - y (y . dy)) / |x| with y = x / |x|; zero in rows shorter than 1e-6.
// Bindings: x, dy read vec4f[rows][C4]; dx write vec4f[rows][C4].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var xx = 0.0;
  var xd = 0.0;
  for (var c = 0u; c < C4; c++) {
    let a = x[row * C4 + c];
    xx += dot(a, a);
    xd += dot(a, dy[row * C4 + c]);
  }
  let norm = sqrt(xx);
  let scale = select(0.0, 1.0 / max(norm, 1e-6), norm >= 1e-6);
  let radial = xd * scale * scale;
  // Begins at 0: rule 15 in kernels/README.md.
  for (var c = row / params.rows; c < C4; c++) {
    dx[row * C4 + c] = scale * (dy[row * C4 + c] - radial * x[row * C4 + c]);
  }
}
