// Coordinates of clouds laid apart along x, so that no kernel map reaches from one into another.
// Bindings: coords read vec4i[count], x, y, z and cloud; apart write vec4i[count], x, y, z and 0.
// Grid: one thread per row, 64 per workgroup.
struct Params { count: u32, distance: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read_write> apart: array<vec4i>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  let c = coords[i];
  apart[i] = vec4i(c.x + c.w * params.distance, c.y, c.z, 0);
}
