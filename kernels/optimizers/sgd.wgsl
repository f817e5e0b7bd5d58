// SGD with momentum and weight decay, as torch.optim.SGD: v = momentum * v + (unscale * g + decay * w);
// w -= rate * v.
// Leaves g = 0 for the next step.
// Bindings: w, g, v read and written vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32, rate: f32, momentum: f32, decay: f32, unscale: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> g: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  // Read once: loads are most of this kernel, and w might be v for all that a compiler knows.
  let weight = w[i];
  let step = params.momentum * v[i] + (params.unscale * g[i] + params.decay * weight);
  v[i] = step;
  w[i] = weight - params.rate * step;
  g[i] = vec4f(0.0);
}
