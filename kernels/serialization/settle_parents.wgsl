// The parent of each row, where the children of each parent begin, and the parents' coordinates.
// Bindings: order read u32[count], rows sorted by parent; before read u32[count + 1], parents that begin before each position;
// coords read vec4i[count], x, y, z and cloud; parent write u32[count]; starts write u32[parents + 1]; coarse write
// vec4i[parents].
// Grid: count + 1 threads, 64 per workgroup.
struct Params {
  count: u32,
  shift: u32, // of the coordinates
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> before: array<u32>;
@group(0) @binding(3) var<storage, read> coords: array<vec4i>;
@group(0) @binding(4) var<storage, read_write> parent: array<u32>;
@group(0) @binding(5) var<storage, read_write> starts: array<u32>;
@group(0) @binding(6) var<storage, read_write> coarse: array<vec4i>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i > params.count) { return; }
  let begun = before[i];
  if (i == params.count) {
    starts[begun] = i;
    return;
  }
  let row = order[i];
  let number = before[i + 1u] - 1u;
  parent[row] = number;
  if (number == begun) {
    starts[number] = i;
    coarse[number] = vec4i(coords[row].xyz >> vec3u(params.shift), coords[row].w);
  }
}
