// y = x[:, FIRST .. FIRST + CY), some channels of x: the gradient of one side of a concatenation.
// Bindings: x read f32 rows of CX channels, y write f32 rows of CY channels, both padded to whole vec4f.
// Grid: one thread per element of y, padding included, 64 per workgroup.
struct Params { rows: u32 }
override CX: u32;
override CY: u32;
override FIRST: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

fn padded(channels: u32) -> u32 { return (channels + 3u) / 4u * 4u; }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let width = padded(CY);
  if (i >= params.rows * width) { return; }
  let row = i / width;
  let c = i % width;
  y[i] = select(0.0, x[row * padded(CX) + FIRST + min(c, CY - 1u)], c < CY);
}
