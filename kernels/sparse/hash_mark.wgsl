// Marks the rows that a hash table holds: first[row] = 1. The exclusive prefix sum of the marks numbers the distinct
// coordinates in the order of their first rows. Needs coordinate_hash.wgsl.
// Bindings: slots read u32[mask + 1]; first write u32[count], zero before.
// Grid: one thread per slot, 64 per workgroup.
struct Params {
  mask: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> slots: array<u32>;
@group(0) @binding(2) var<storage, read_write> first: array<u32>;

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
  if (row != EMPTY) {
    first[row] = 1u;
  }
}
