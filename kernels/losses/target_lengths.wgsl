// The length of each centred target, |t - centre|; 0 for rows without a target. A mean of features that disagree is short.
// Bindings: t read quads[rows][D4]; weight read f32[rows], 0 without a target; centre read vec4f[D4]; lengths write
// f32[rows].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> t: array<stored_t>;
@group(0) @binding(2) var<storage, read> weight: array<f32>;
@group(0) @binding(3) var<storage, read> centre: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> lengths: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  if (weight[row] == 0.0) {
    lengths[row] = 0.0;
    return;
  }
  var square = 0.0;
  for (var c = 0u; c < D4; c++) {
    let centred = load_t(row * D4 + c) - centre[c];
    square += dot(centred, centred);
  }
  lengths[row] = sqrt(square);
}
