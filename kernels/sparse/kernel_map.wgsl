// Shared text of the two passes that build a list of (source row, output row) pairs: the bindings that both have, and
// the neighbour that offset k of a kernel reaches. Placed after coordinate_hash.wgsl and coordinate_find.wgsl. There is
// one list for each offset k and tile of 64 output rows.
struct Params {
  volume: u32, // offsets: size^3
  tiles: u32, // ceil(rows / 64)
  rows: u32, // output rows
  size: u32, // kernel size along an axis
  centre: i32, // index of the middle of an axis: size / 2 for odd sizes, 0 for even ones
  spacing: i32, // dilation * finer stride; negative for the transposed list
  mask: u32, // slots of the sources' table, less one
  stride: u32, // of the sources' level, a power of two
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>; // of the output rows
@group(0) @binding(2) var<storage, read> keys: array<vec4i>; // of the source rows
@group(0) @binding(3) var<storage, read> slots: array<u32>;

// MinkowskiEngine's order of offsets: x fastest.
fn kernel_offset(k: u32) -> vec3i {
  let step = vec3u(k, k / params.size, k / (params.size * params.size)) % params.size;
  return (vec3i(step) - params.centre) * params.spacing;
}

// The source row at coordinate c + offset, or EMPTY; a sum beyond int32 reaches nothing.
fn source_row(c: vec3i, offset: vec3i) -> u32 {
  let at = c + offset;
  let overflows = ((c ^ at) & (offset ^ at)) < vec3i(0);
  let between = (at & vec3i(i32(params.stride) - 1)) != vec3i(0);
  if (any(overflows | between)) {
    return EMPTY;
  }
  return find(at, params.mask);
}
