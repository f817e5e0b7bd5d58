// The first pass of drawing points: the nearest depth that falls on each pixel. A point is a square as wide as
// half the scan's point spacing looks from there, at least one pixel.
// Bindings: 1 projected (read): vec4f [points] of pair_project; 2 seen (read): u32 [words][points], bit
// view % 32 of word view / 32: points without it are not drawn; 3 depth (write): u32 [height * width], bits of
// the smallest z, filled with the bits of a huge z before.
// The bits of positive floats order as the floats do, so atomicMin gives the nearest point.
// Grid: one thread a point, 64 a workgroup. splat_index.wgsl has the same squares.
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
@group(0) @binding(3) var<storage, read_write> depth: array<atomic<u32>>;

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
      atomicMin(&depth[u32(y) * params.width + u32(x)], bitcast<u32>(p.z));
    }
  }
}
