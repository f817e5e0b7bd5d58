// Which points one view sees. A scan has holes, so a point behind a wall may have nothing in front of it in its own
// pixel, but it has nearer points on all sides. A point is hidden where its own pixel holds a nearer point, or where
// most of the eight directions around it hold one, in rings of cells that double from level to level up to a few times
// the point spacing of this view. "Nearer" means by more than the tolerance plus what a slanted surface gives between
// the two pixels. lib/pairing/visibility.ts has the rule in full.
// BEST keeps only the view that sees the point at the finest scale, and the first of equals.
// Bindings: projected read vec4f[points], of pair_project; depth read u32, the depth pyramid; inside_count read
// u32[views]; seen read and written u32[words][points], bit view % 32 of word view / 32; best read and written
// f32[points], pixels per metre of the best view so far.
// Grid: one thread per point, 64 per workgroup. Views run one after the other.
override BEST: bool = false;
struct Params {
  points: u32,
  view: u32,
  words: u32, // of 32 views
  width: u32, // of the finest level, cells of 2^shift pixels
  height: u32,
  shift: u32,
  levels: u32,
  reach: u32, // level l counts where points inside * 4^l <= reach
  directions: u32, // closed directions that hide a point
  focal: f32, // pixels
  absolute: f32, // metres
  relative: f32, // of the depth
  slant: f32, // metres of depth a metre across
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> projected: array<vec4f>;
@group(0) @binding(2) var<storage, read> depth: array<u32>;
@group(0) @binding(3) var<storage, read> inside_count: array<u32>;
@group(0) @binding(4) var<storage, read_write> seen: array<u32>;
@group(0) @binding(5) var<storage, read_write> best: array<f32>;

fn is_hidden(p: vec3f) -> bool {
  let z = p.z;
  let pixel = vec2i(floor(p.xy + 0.5)) >> vec2u(params.shift);
  let tolerance = params.absolute + params.relative * z;
  let footprint = z / params.focal * f32(1u << params.shift); // metres a cell of the finest level
  if (z > bitcast<f32>(depth[u32(pixel.y) * params.width + u32(pixel.x)]) + tolerance + params.slant * footprint) {
    return true;
  }
  var closed = 0u;
  var offset = 0u;
  var size = vec2i(i32(params.width), i32(params.height));
  for (var level = 0u; level < params.levels; level++) {
    if (level > 0u && inside_count[params.view] > (params.reach >> (2u * level))) {
      break;
    }
    let cell = pixel >> vec2u(level);
    // Between this pixel and one in a neighbouring cell lie 1.5 cells in the mean.
    let rise = params.slant * footprint * 1.5 * f32(1u << level);
    var direction = 0u;
    for (var dy = -1; dy <= 1; dy++) {
      for (var dx = -1; dx <= 1; dx++) {
        if (dx == 0 && dy == 0) {
          continue;
        }
        let at = cell + vec2i(dx, dy);
        if (all(at >= vec2i(0)) && all(at < size)) {
          let nearest = bitcast<f32>(depth[offset + u32(at.y * size.x + at.x)]);
          let across = select(1.0, 1.41421356, dx != 0 && dy != 0);
          if (z > nearest + tolerance + rise * across) {
            closed |= 1u << direction;
          }
        }
        direction++;
      }
    }
    offset += u32(size.x * size.y);
    size = (size + 1) / 2;
  }
  return countOneBits(closed) >= params.directions;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.points) {
    return;
  }
  let p = projected[i];
  if (p.w == 0.0 || is_hidden(p.xyz)) {
    return;
  }
  if (BEST) {
    let scale = params.focal / p.z;
    if (scale <= best[i]) {
      return;
    }
    best[i] = scale;
    for (var word = 0u; word < params.words; word++) {
      seen[word * params.points + i] = 0u;
    }
  }
  seen[params.view / 32u * params.points + i] |= 1u << (params.view % 32u);
}
