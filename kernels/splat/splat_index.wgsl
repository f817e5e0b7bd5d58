// The second pass of drawing points: which point is the nearest one on each pixel; of equals the first.
// Bindings: 1 projected (read) and 2 seen (read) as in splat_depth.wgsl; 3 depth (read): what that left;
// 4 nearest (write): u32 [height * width], filled with 0xffffffff before, which stays where no point falls.
// Grid: one thread a point, 64 a workgroup.
struct Params {
  points: u32,
  view: u32,
  width: u32, // pixels
  height: u32,
  size: f32, // a quarter of the spacing times the focal length: half a square, pixels times metres of depth
  most: f32, // half of the largest square, pixels
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> projected: array<vec4f>;
@group(0) @binding(2) var<storage, read> seen: array<u32>;
@group(0) @binding(3) var<storage, read> depth: array<u32>;
@group(0) @binding(4) var<storage, read_write> nearest: array<atomic<u32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.points || (seen[params.view / 32u * params.points + i] >> (params.view % 32u) & 1u) == 0u) {
    return;
  }
  let p = projected[i];
  let half = min(params.size / p.z, params.most);
  let last = vec2i(i32(params.width), i32(params.height)) - 1;
  let first = max(vec2i(floor(p.xy - half + 0.5)), vec2i(0));
  let to = min(vec2i(floor(p.xy + half + 0.5)), last);
  for (var y = first.y; y <= to.y; y++) {
    for (var x = first.x; x <= to.x; x++) {
      let at = u32(y) * params.width + u32(x);
      if (depth[at] == bitcast<u32>(p.z)) {
        atomicMin(&nearest[at], i);
      }
    }
  }
}
