// average = keep * average + take * x. With keep + take = 1 it is an exponential average; with take = 1 / k at the k-th
// term it is the mean of k terms. With keep = 0 the old average does not matter, even if it is NaN.
// Bindings: x read vec4f[count]; average read and written vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32, keep: f32, take: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> average: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  var sum = params.take * x[i];
  if (params.keep > 0.0) { sum += params.keep * average[i]; }
  average[i] = sum;
}
