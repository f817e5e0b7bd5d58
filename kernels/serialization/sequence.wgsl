// A sequence of rows, and where each row stands in it.
// Bindings: order read u32[count]; coords read vec4i[count]; inverse write u32[count]; sequence write vec4i[count], x, y, z and
// row of each position.
// Grid: one thread per position, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> coords: array<vec4i>;
@group(0) @binding(3) var<storage, read_write> inverse: array<u32>;
@group(0) @binding(4) var<storage, read_write> sequence: array<vec4i>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let row = order[i];
  inverse[row] = i;
  sequence[i] = vec4i(coords[row].xyz, i32(row));
}
