// Second half of a radix sort pass over 4 bits: moves the pairs of a block of 64 keys to their places. A thread walks its
// block in order, so equal digits keep their order: the pass is stable.
// Bindings: keys, values read u32[count]; places read u32[16][blocks], the exclusive prefix sum of radix_count's counts;
// sorted_keys, sorted_values write u32[count].
// Grid: one thread per block, 64 per workgroup.
struct Params {
  count: u32,
  blocks: u32,
  shift: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read> values: array<u32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;
@group(0) @binding(4) var<storage, read_write> sorted_keys: array<u32>;
@group(0) @binding(5) var<storage, read_write> sorted_values: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = (wid.x + wid.y * num.x) * 64u + lane;
  if (block >= params.blocks) {
    return;
  }
  var next: array<u32, 16>;
  for (var digit = 0u; digit < 16u; digit++) {
    next[digit] = places[digit * params.blocks + block];
  }
  let end = min(block * 64u + 64u, params.count);
  for (var i = block * 64u; i < end; i++) {
    let key = keys[i];
    let digit = (key >> params.shift) & 15u;
    let place = next[digit];
    next[digit] = place + 1u;
    sorted_keys[place] = key;
    sorted_values[place] = values[i];
  }
}
