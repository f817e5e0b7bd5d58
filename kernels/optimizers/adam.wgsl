// AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW: weight decay acts on the weights alone, and without it this is
// Adam. Leaves g = 0 for the next step. The host gives correction1 = 1 - beta1^t and correction2 = 1 - beta2^t. g is
// multiplied by `unscale` beforehand.
// Bindings: w, g, m, v read and written vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params {
  count: u32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  decay: f32,
  correction1: f32,
  correction2: f32,
  unscale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> w: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> g: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let grad = params.unscale * g[i];
  let first = params.beta1 * m[i] + (1.0 - params.beta1) * grad;
  let second = params.beta2 * v[i] + (1.0 - params.beta2) * grad * grad;
  m[i] = first;
  v[i] = second;
  let scaled = (first / params.correction1) / (sqrt(second / params.correction2) + params.epsilon);
  w[i] = w[i] * (1.0 - params.rate * params.decay) - params.rate * scaled;
  g[i] = vec4f(0.0);
}
