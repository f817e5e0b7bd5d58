// The second pass of drawing points: which point is the nearest one on each pixel, the first of equals.
// Needs splat_square.wgsl.
// Bindings after those of splat_square.wgsl: depth read u32[height * width], of splat_depth; nearest read and written
// u32[height * width], filled with 0xffffffff before, which stays where no point falls.
// Grid: one thread per point, 64 per workgroup.
@group(0) @binding(3) var<storage, read> depth: array<u32>;
@group(0) @binding(4) var<storage, read_write> nearest: array<atomic<u32>>;

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
      let at = u32(y) * params.width + u32(x);
      if (depth[at] == bitcast<u32>(p.z)) {
        atomicMin(&nearest[at], i);
      }
    }
  }
}
