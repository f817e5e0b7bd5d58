// CoTTA's stochastic restore: a number of w goes back to its source value where a hash of (key, index) falls below the
// threshold. The hash is two rounds of lowbias32 (Chris Wellons, public domain), of which the top 24 bits are used.
// Bindings: source read vec4f[count]; w read and written vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params {
  count: u32,
  key: u32,
  threshold: u32, // probability * 2^24
  first: u32, // index of w[0] among all numbers that are drawn for
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> w: array<vec4f>;

fn mix(word: vec4u) -> vec4u {
  var x = word;
  x = (x ^ (x >> vec4u(16u))) * 0x21f0aaadu;
  x = (x ^ (x >> vec4u(15u))) * 0x735a2d97u;
  return x ^ (x >> vec4u(15u));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let index = vec4u(4u * (params.first + i)) + vec4u(0u, 1u, 2u, 3u);
  let draw = mix(mix(index ^ vec4u(params.key)) + vec4u(params.key)) >> vec4u(8u);
  w[i] = select(w[i], source[i], draw < vec4u(params.threshold));
}
