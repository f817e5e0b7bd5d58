// y = relu(x) or gelu(x) (the exact one, x * Phi(x)).
// Bindings: x read; y write: vec4f[count]. Grid: one thread a vec4f, 64 a workgroup.
struct Params { count: u32 }
override GELU: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

// WGSL has no erf. Abramowitz & Stegun 7.1.26 is off by up to 1.5e-7, near float32's own rounding.
fn erf(v: vec4f) -> vec4f {
  let s = abs(v);
  let t = 1.0 / (1.0 + 0.3275911 * s);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(v) * (1.0 - p * exp(-s * s));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let v = x[i];
  if (GELU) {
    y[i] = 0.5 * v * (1.0 + erf(v * 0.70710678118));
  } else {
    y[i] = max(v, vec4f(0.0));
  }
}
