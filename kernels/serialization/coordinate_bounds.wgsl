// The least and the largest of each coordinate. Integer atomics: the order of threads makes no difference.
// Bindings: coords read vec4i[count]; bounds write i32[2][3], which begins as the largest and the least number.
// Grid: one thread per row, 64 per workgroup.
struct Params { count: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read_write> bounds: array<atomic<i32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  for (var axis = 0u; axis < 3u; axis++) {
    atomicMin(&bounds[axis], coords[i][axis]);
    atomicMax(&bounds[3u + axis], coords[i][axis]);
  }
}
