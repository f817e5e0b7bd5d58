// The first pass of drawing points: the nearest depth that falls on each pixel. The bits of positive floats order as the
// floats do, so atomicMin gives the nearest point. Needs splat_square.wgsl.
// Bindings after those of splat_square.wgsl: depth read and written u32[height * width], bits of the smallest z, filled
// with the bits of a huge z before.
// Grid: one thread per point, 64 per workgroup.
@group(0) @binding(3) var<storage, read_write> depth: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (!is_drawn(i)) {
    return;
  }
  let p = projected[i];
  let square = square_of(p);
  for (var y = square.first.y; y <= square.last.y; y++) {
    for (var x = square.first.x; x <= square.last.x; x++) {
      atomicMin(&depth[u32(y) * params.width + u32(x)], bitcast<u32>(p.z));
    }
  }
}
