// From nearest points to a picture without holes. A pixel on which no point falls takes the mean of the nearest square
// ring of pixels that has any, and of the ring beyond it, weighted by one over the distance squared. Rings are searched
// up to `reach` point spacings of this view; a wider gap is an opening and stays empty.
// DEPTH fills depths instead of colours and does not read the colours.
// Bindings: depth, nearest read u32[height * width], of splat_index; colours read u32[points], red in the low byte, then
// green, blue; inside_count read u32[views], points inside each view; picture write vec4f[height * width]: the colour
// 0..1, or (depth, 0, 0), then 1 where there is something, else 0.
// Grid: one thread per pixel, 64 per workgroup.
override DEPTH: bool = false;
struct Params {
  width: u32, // pixels
  height: u32,
  view: u32,
  reach: u32, // ring r is looked at where r * r * (points inside) <= reach
  rings: u32, // and r <= rings
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> depth: array<u32>;
@group(0) @binding(2) var<storage, read> nearest: array<u32>;
@group(0) @binding(3) var<storage, read> colours: array<u32>;
@group(0) @binding(4) var<storage, read> inside_count: array<u32>;
@group(0) @binding(5) var<storage, read_write> picture: array<vec4f>;

const NOTHING = 0xffffffffu;

fn value_of(at: u32) -> vec3f {
  if (DEPTH) {
    return vec3f(bitcast<f32>(depth[at]), 0.0, 0.0);
  }
  return unpack4x8unorm(colours[nearest[at]]).xyz;
}

fn ring_sum(x: i32, y: i32, ring: i32) -> vec4f {
  var sum = vec4f();
  for (var dy = -ring; dy <= ring; dy++) {
    // Whole rows above and below, two pixels between them.
    let stride = select(2 * ring, 1, abs(dy) == ring);
    for (var dx = -ring; dx <= ring; dx += stride) {
      let u = x + dx;
      let v = y + dy;
      if (u < 0 || v < 0 || u >= i32(params.width) || v >= i32(params.height)) {
        continue;
      }
      let at = u32(v) * params.width + u32(u);
      if (nearest[at] != NOTHING) {
        let weight = 1.0 / f32(dx * dx + dy * dy);
        sum += vec4f(weight * value_of(at), weight);
      }
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.width * params.height) {
    return;
  }
  if (nearest[i] != NOTHING) {
    picture[i] = vec4f(value_of(i), 1.0);
    return;
  }
  let x = i32(i % params.width);
  let y = i32(i / params.width);
  let farthest = params.reach / max(inside_count[params.view], 1u);
  var sum = vec4f();
  for (var ring = 1u; ring <= params.rings && ring * ring <= farthest; ring++) {
    sum = ring_sum(x, y, i32(ring));
    if (sum.w > 0.0) {
      sum += ring_sum(x, y, i32(ring) + 1);
      break;
    }
  }
  picture[i] = select(vec4f(), vec4f(sum.xyz / sum.w, 1.0), sum.w > 0.0);
}
