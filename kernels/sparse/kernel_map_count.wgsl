// First pass over a kernel map: which rows of a tile have a source at offset k, as 64 bits and as a count.
// Bindings after those of kernel_map.wgsl: found write vec2u[volume][tiles], where bit r of the pair is output row
// tile * 64 + r; counts write u32[volume * tiles + 1], the last one zero.
// Grid: volume * tiles + 1 threads, 64 per workgroup; neighbouring threads take the offsets of one tile.
@group(0) @binding(4) var<storage, read_write> found: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> counts: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = (wid.x + wid.y * num.x) * 64u + lane;
  let lists = params.volume * params.tiles;
  if (thread > lists) {
    return;
  }
  if (thread == lists) {
    counts[lists] = 0u;
    return;
  }
  let k = thread % params.volume;
  let tile = thread / params.volume;
  let offset = kernel_offset(k);
  let rows = min(64u, params.rows - tile * 64u);
  var bits = vec2u();
  for (var r = 0u; r < rows; r++) {
    if (source_row(coords[tile * 64u + r].xyz, offset) != EMPTY) {
      bits |= select(vec2u(0u, 1u << (r & 31u)), vec2u(1u << (r & 31u), 0u), r < 32u);
    }
  }
  let list = k * params.tiles + tile;
  found[list] = bits;
  counts[list] = countOneBits(bits.x) + countOneBits(bits.y);
}
