// y = a + b.
// Bindings: a, b read quads[count]; y write quads[count].
// Grid: one thread per vec4f, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<stored_a>;
@group(0) @binding(2) var<storage, read> b: array<stored_b>;
@group(0) @binding(3) var<storage, read_write> y: array<stored_y>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  store_y(i, load_a(i) + load_b(i));
}
