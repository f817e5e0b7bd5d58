// The row of each coordinate of a list, EMPTY where the table has none. Needs coordinate_hash.wgsl, coordinate_find.wgsl.
// Bindings: coords read vec4i[count]; keys read vec4i[] and slots read u32[mask + 1], the table; rows write u32[count].
// Grid: one thread per coordinate, 64 per workgroup.
struct Params {
  count: u32,
  mask: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read> keys: array<vec4i>;
@group(0) @binding(3) var<storage, read> slots: array<u32>;
@group(0) @binding(4) var<storage, read_write> rows: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i < params.count) {
    rows[i] = find(coords[i].xyz, params.mask);
  }
}
