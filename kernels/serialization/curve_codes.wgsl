// The code of each voxel on a curve: cloud * 2^(3 depth) + its place, in two words. Digits are shifted in from below, the
// highest first.
// Bindings: coords read vec4i[count], x, y, z and cloud; low, high write u32[count].
// Grid: one thread per row, 64 per workgroup.
struct Params {
  count: u32,
  depth: u32, // bits of a coordinate
  curve: u32, // 0: Z-order, 1: Hilbert, 2: x before y before z
  transposed: u32, // 1: x and y are exchanged first
  shift: u32, // coordinates are halved so many times first
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read_write> low: array<u32>;
@group(0) @binding(3) var<storage, read_write> high: array<u32>;

// A code, low word first, with one more digit.
fn push_digit(code: vec2u, digit: u32) -> vec2u {
  return vec2u((code.x << 1u) | digit, (code.y << 1u) | (code.x >> 31u));
}

// Skilling's transform of coordinates to those of the Hilbert curve (AIP Conference Proceedings 707, 2004).
fn unfold_hilbert(coordinates: vec3u, depth: u32) -> vec3u {
  var axes = coordinates;
  for (var bit = i32(depth) - 1; bit >= 0; bit--) {
    let lower = (1u << u32(bit)) - 1u;
    for (var axis = 0u; axis < 3u; axis++) {
      if (((axes[axis] >> u32(bit)) & 1u) == 1u) {
        axes.x ^= lower;
      } else {
        let difference = (axes.x ^ axes[axis]) & lower;
        axes.x ^= difference;
        axes[axis] ^= difference;
      }
    }
  }
  return axes;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  // The quotient is 0, but not for the compiler: rule 12 in kernels/README.md.
  let depth = params.depth + i / params.count;
  let curve = params.curve + i / params.count;
  var axes = vec3u(coords[i].xyz) >> vec3u(params.shift);
  if (params.transposed == 1u) { axes = axes.yxz; }
  if (curve == 1u) { axes = unfold_hilbert(axes, depth); }
  var code = vec2u(u32(coords[i].w), 0u);
  if (curve == 2u) {
    for (var axis = 0u; axis < 3u; axis++) {
      for (var bit = i32(depth) - 1; bit >= 0; bit--) {
        code = push_digit(code, (axes[axis] >> u32(bit)) & 1u);
      }
    }
  } else {
    var parity = 0u;
    for (var bit = i32(depth) - 1; bit >= 0; bit--) {
      for (var axis = 0u; axis < 3u; axis++) {
        let digit = (axes[axis] >> u32(bit)) & 1u;
        // The inverse Gray code of Hilbert's: each bit becomes its exclusive or with all higher ones.
        parity = digit ^ select(0u, parity, curve == 1u);
        code = push_digit(code, parity);
      }
    }
  }
  low[i] = code.x;
  high[i] = code.y;
}
