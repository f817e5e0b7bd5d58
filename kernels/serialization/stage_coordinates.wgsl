// Coordinates counted from an origin, with the cloud of each row.
// Bindings: coords read vec4i[count]; ends read u32[clouds], rows up to the end of each cloud; placed write vec4i[count], x, y,
// z and cloud.
// Grid: one thread per row, 64 per workgroup.
struct Params { count: u32, x: i32, y: i32, z: i32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read> ends: array<u32>;
@group(0) @binding(3) var<storage, read_write> placed: array<vec4i>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  var cloud = 0;
  while (ends[cloud] <= i) { cloud++; }
  placed[i] = vec4i(coords[i].xyz - vec3i(params.x, params.y, params.z), cloud);
}
