// Renumbers a table of first rows by their ranks, and writes the coordinates of the new rows.
// Needs coordinate_hash.wgsl.
// Bindings: coords read vec4i[], the list that was inserted; rank read u32[], new row by first row; slots read and
// written u32[mask + 1]; distinct write vec4i[]: (x, y, z, 0).
// Grid: one thread per slot, 64 per workgroup.
struct Params {
  mask: u32,
  stride: u32, // a power of two, as given to hash_insert
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read> rank: array<u32>;
@group(0) @binding(3) var<storage, read_write> slots: array<u32>;
@group(0) @binding(4) var<storage, read_write> distinct: array<vec4i>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let slot = (wid.x + wid.y * num.x) * 64u + lane;
  if (slot > params.mask) {
    return;
  }
  let row = slots[slot];
  if (row == EMPTY) {
    return;
  }
  let settled = rank[row];
  slots[slot] = settled;
  distinct[settled] = vec4i(coords[row].xyz & vec3i(-i32(params.stride)), 0);
}
