// dx = dy * (Phi(x) + x * density(x)): the gradient of GELU. Needs erf.wgsl.
// Bindings: x, dy read vec4f[count]; dx write vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let v = x[i];
  let density = 0.3989422804 * exp(-0.5 * v * v);
  dx[i] = dy[i] * (0.5 * (1.0 + erf(v * 0.70710678118)) + v * density);
}
