// First half of a radix sort pass over 4 bits: how often each digit occurs in each block of 64 keys.
// Bindings: keys read u32[count]; counts write u32[16][blocks], ordered by digit, so that their exclusive prefix sum says
// where each block puts its keys.
// Grid: one thread per block, 64 per workgroup.
struct Params {
  count: u32,
  blocks: u32,
  shift: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> keys: array<u32>;
@group(0) @binding(2) var<storage, read_write> counts: array<u32>;

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
  var seen: array<u32, 16>;
  let end = min(block * 64u + 64u, params.count);
  for (var i = block * 64u; i < end; i++) {
    seen[(keys[i] >> params.shift) & 15u] += 1u;
  }
  for (var digit = 0u; digit < 16u; digit++) {
    counts[digit * params.blocks + block] = seen[digit];
  }
}
