// The way back down of a prefix sum: values[i] += sums[i / 64], once the sums are scanned themselves.
// Bindings: sums read u32[blocks]; values read and written u32[count].
// Grid: one thread per word, 64 per workgroup.
struct Params {
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> values: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i < params.count) {
    values[i] += sums[i / 64u];
  }
}
