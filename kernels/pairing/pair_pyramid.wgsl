// One level of the depth pyramid: the nearest of 2 x 2 cells of the level before.
// Bindings: 1 depth (write): u32, all levels one after the other, bits of z.
// Grid: one thread a cell of the new level, 64 a workgroup.
struct Params {
  from_offset: u32,
  from_width: u32,
  from_height: u32,
  to_offset: u32,
  to_width: u32, // ceil(from_width / 2)
  to_height: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> depth: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3<u32>,
  @builtin(num_workgroups) num: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.to_width * params.to_height) {
    return;
  }
  let x = 2u * (i % params.to_width);
  let y = 2u * (i / params.to_width);
  let x1 = min(x + 1u, params.from_width - 1u);
  let y1 = min(y + 1u, params.from_height - 1u);
  let top = params.from_offset + y * params.from_width;
  let bottom = params.from_offset + y1 * params.from_width;
  depth[params.to_offset + i] = min(
    min(depth[top + x], depth[top + x1]),
    min(depth[bottom + x], depth[bottom + x1]),
  );
}
