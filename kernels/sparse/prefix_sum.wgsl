// One level of an exclusive prefix sum over u32, in place, inside blocks of 64 words. One thread walks one block in
// order: there are no barriers, and few levels suffice for any count (64^5 > 2^29).
// Bindings: values read and written u32[count]; sums write u32, sums[sumsAt + block] = the block's total modulo 2^32.
// Grid: one thread per block, 64 per workgroup; one block where there are no words, with total 0.
struct Params {
  count: u32,
  sumsAt: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> values: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let block = (wid.x + wid.y * num.x) * 64u + lane;
  let begin = block * 64u;
  if (begin >= max(params.count, 1u)) {
    return;
  }
  let end = min(begin + 64u, params.count);
  var sum = 0u;
  for (var i = begin; i < end; i++) {
    let value = values[i];
    values[i] = sum;
    sum += value;
  }
  sums[params.sumsAt + block] = sum;
}
