// dx = dy * f'(x). ReLU is given its output, which is positive where its input was; GELU is given its input.
// Needs erf.wgsl.
// Bindings: value, dy read vec4f[count]; dx write vec4f[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32 }
override GELU: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> value: array<vec4f>;
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
  let v = value[i];
  if (GELU) {
    let density = 0.3989422804 * exp(-0.5 * v * v);
    dx[i] = dy[i] * (0.5 * (1.0 + erf(v * 0.70710678118)) + v * density);
  } else {
    dx[i] = select(vec4f(0.0), dy[i], v > vec4f(0.0));
  }
}
