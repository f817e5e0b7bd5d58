// Where each row begins in a sorted list of row numbers, and the list's length at the end (compressed sparse rows).
// Bindings: sorted read u32[count], ascending, with every number of 0..rows - 1 at least once; starts write
// u32[rows + 1].
// Grid: count + 1 threads, 64 per workgroup.
struct Params {
  count: u32,
  rows: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sorted: array<u32>;
@group(0) @binding(2) var<storage, read_write> starts: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i > params.count) {
    return;
  }
  if (i == params.count) {
    starts[params.rows] = i;
    return;
  }
  let row = sorted[i];
  if (i == 0u || sorted[max(i, 1u) - 1u] != row) {
    starts[row] = i;
  }
}
