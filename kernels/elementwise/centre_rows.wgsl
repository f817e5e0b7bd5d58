// y = sqrt(D) * (t - centre) / |t - centre| by row. Rows whose mask is 0, and rows that equal the centre, become zero.
// Bindings: t read quads[rows][D4]; mask read f32[rows]; centre read vec4f[D4];
// y write vec4f[rows][D4].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, squaredLength: f32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> t: array<stored_t>;
@group(0) @binding(2) var<storage, read> mask: array<f32>;
@group(0) @binding(3) var<storage, read> centre: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var squares = 0.0;
  for (var d = 0u; d < D4; d++) {
    let value = load_t(row * D4 + d) - centre[d];
    squares += dot(value, value);
  }
  var scale = 0.0;
  if (mask[row] != 0.0 && squares > 1e-16) { scale = sqrt(params.squaredLength / squares); }
  // Begins at 0: rule 15 in kernels/README.md.
  for (var d = row / params.rows; d < D4; d++) { y[row * D4 + d] = scale * (load_t(row * D4 + d) - centre[d]); }
}
