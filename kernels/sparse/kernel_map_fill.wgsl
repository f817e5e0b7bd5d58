// Second pass over a kernel map: writes the pairs of each list, source row << 6 | output row % 64, ascending.
// Bindings after those of kernel_map.wgsl: found read vec2u[volume][tiles], of kernel_map_count; offsets read
// u32[volume * tiles + 1], the exclusive prefix sum of its counts; entries write u32[pairs].
// Grid: volume * tiles threads, 64 per workgroup; neighbouring threads take the offsets of one tile.
@group(0) @binding(4) var<storage, read> found: array<vec2u>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read_write> entries: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let thread = (wid.x + wid.y * num.x) * 64u + lane;
  if (thread >= params.volume * params.tiles) {
    return;
  }
  let k = thread % params.volume;
  let tile = thread / params.volume;
  let offset = kernel_offset(k);
  let list = k * params.tiles + tile;
  var bits = found[list];
  let end = offsets[list + 1u];
  for (var at = offsets[list]; at < end; at++) {
    let low = bits.x != 0u;
    let r = select(32u + firstTrailingBit(bits.y), firstTrailingBit(bits.x), low);
    if (low) {
      bits.x &= bits.x - 1u;
    } else {
      bits.y &= bits.y - 1u;
    }
    entries[at] = (source_row(coords[tile * 64u + r].xyz, offset) << 6u) | r;
  }
}
