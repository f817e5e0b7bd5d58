// dx[v] = sum of dy[p] over the points p of voxel v. Each thread sums in the order of the list, so no two threads add to
// one place and the bits are always the same.
// Bindings: dy read vec4f[points][C4]; order read u32[points], points sorted by voxel; starts read u32[rows + 1], where
// each voxel begins in it; dx write vec4f[rows][C4].
// Grid: one thread per vec4f of dx, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec4f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  let row = i / C4;
  var sum = vec4f(0.0);
  for (var at = starts[row]; at < starts[row + 1u]; at++) {
    sum += dy[order[at] * C4 + i % C4];
  }
  dx[i] = sum;
}
