// Rounds float32 to float16, two in a word with the first one in the low bits. A number beyond float16's range becomes
// its largest number.
// Bindings: x read vec4f[count]; y write vec2u[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> y: array<vec2u>;

const LARGEST = 65504.0;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let value = clamp(x[i], vec4f(-LARGEST), vec4f(LARGEST));
  y[i] = vec2u(pack2x16float(value.xy), pack2x16float(value.zw));
}
