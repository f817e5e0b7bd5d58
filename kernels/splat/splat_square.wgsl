// Shared text of the two passes that draw points, so that both draw the same squares. A point is a square as wide as half
// the scan's point spacing looks from there, at least one pixel.
// Bindings: projected read vec4f[points], of pair_project; seen read u32[words][points], bit view % 32 of word view / 32.
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

// The first and the last pixel of a square, as far as it lies inside the image.
struct Square {
  first: vec2i,
  last: vec2i,
}

// Whether the view sees point i; others are not drawn.
fn is_drawn(i: u32) -> bool {
  return i < params.points &&
    (seen[params.view / 32u * params.points + i] >> (params.view % 32u) & 1u) != 0u;
}

fn square_of(p: vec4f) -> Square {
  let half = min(params.size / p.z, params.most);
  let corner = vec2i(i32(params.width), i32(params.height)) - 1;
  return Square(
    max(vec2i(floor(p.xy - half + 0.5)), vec2i(0)),
    min(vec2i(floor(p.xy + half + 0.5)), corner),
  );
}
