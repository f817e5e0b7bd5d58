// y = x * Phi(x): GELU, the exact form. Needs erf.wgsl.
// Bindings: x read vec4f[count]; y write vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let v = x[i];
  y[i] = 0.5 * v * (1.0 + erf(v * 0.70710678118));
}
