// The mean of the points of each voxel, summed in the order of the list, so that the bits are always the same.
// Bindings: x read vec4f[points][columns]; order read u32[points]; starts read u32[rows + 1]; y write
// vec4f[rows][columns]. Every row has at least one point.
// Grid: one thread per row and column, 64 per workgroup.
struct Params {
  rows: u32,
  columns: u32, // of four channels
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * params.columns) {
    return;
  }
  let row = i / params.columns;
  let column = i % params.columns;
  let begin = starts[row];
  let end = starts[row + 1u];
  var sum = vec4f();
  for (var at = begin; at < end; at++) {
    sum += x[order[at] * params.columns + column];
  }
  y[i] = sum / f32(end - begin);
}
