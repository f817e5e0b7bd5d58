// How much one view's sample of a point counts in its voxel: 1 / (views that see the point * points of the voxel that any
// view sees), so that the weighted sum over views and points is the mean over points of the mean over views. Also
// finds which voxels have a target, and counts the points and voxels that do.
// Bindings: seen read u32[words][points]; order read u32[points]; starts read u32[rows + 1]; share write f32[points], 0
// for points that no view sees; weight write f32[rows], 1 or 0; totals read and written u32[2], points and voxels with
// a target, zero before.
// Grid: one thread per voxel, 64 per workgroup.
struct Params {
  rows: u32,
  points: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> seen: array<u32>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> share: array<f32>;
@group(0) @binding(5) var<storage, read_write> weight: array<f32>;
@group(0) @binding(6) var<storage, read_write> totals: array<atomic<u32>>;

var<workgroup> group_points: atomic<u32>;
var<workgroup> group_rows: atomic<u32>;

fn views_of(point: u32) -> u32 {
  var views = 0u;
  for (var word = 0u; word < params.words; word++) {
    views += countOneBits(seen[word * params.points + point]);
  }
  return views;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row < params.rows) {
    let begin = starts[row];
    let end = starts[row + 1u];
    var points = 0u;
    for (var at = begin; at < end; at++) {
      points += min(views_of(order[at]), 1u);
    }
    for (var at = begin; at < end; at++) {
      let views = views_of(order[at]);
      share[order[at]] = select(0.0, 1.0 / f32(max(views * points, 1u)), views > 0u);
    }
    weight[row] = f32(min(points, 1u));
    atomicAdd(&group_points, points);
    atomicAdd(&group_rows, min(points, 1u));
  }
  workgroupBarrier();
  if (lane == 0u) {
    atomicAdd(&totals[0], atomicLoad(&group_points));
    atomicAdd(&totals[1], atomicLoad(&group_rows));
  }
}
