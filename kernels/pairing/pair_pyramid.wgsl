// One level of the depth pyramid: the nearest of 2 x 2 cells of the level before.
// Bindings: depth read and written u32, bits of z, all levels one after the other.
// Grid: one thread per cell of the new level, 64 per workgroup.
struct Params {
  fromOffset: u32,
  fromWidth: u32,
  fromHeight: u32,
  toOffset: u32,
  toWidth: u32, // ceil(fromWidth / 2)
  toHeight: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> depth: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.toWidth * params.toHeight) {
    return;
  }
  let x = 2u * (i % params.toWidth);
  let y = 2u * (i / params.toWidth);
  let x1 = min(x + 1u, params.fromWidth - 1u);
  let y1 = min(y + 1u, params.fromHeight - 1u);
  let top = params.fromOffset + y * params.fromWidth;
  let bottom = params.fromOffset + y1 * params.fromWidth;
  depth[params.toOffset + i] = min(
    min(depth[top + x], depth[top + x1]),
    min(depth[bottom + x], depth[bottom + x1]),
  );
}
