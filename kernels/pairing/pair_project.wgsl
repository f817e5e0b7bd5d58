// Where one view's camera sees each point and, with DEPTH, the nearest depth in each cell of 2^shift pixels.
// The bits of positive floats order as the floats do, so atomicMin gives the nearest point.
// Bindings: positions read f32[3 * points], metres, less the scan's origin; projected write vec4f[points]: pixel (u, v),
// depth z, and 1 inside the image and in front of the camera, else 0; depth read and written
// u32[grid rows * gridWidth], bits of the smallest z in each cell, filled with a huge z before; inside_count read and
// written u32[views], points inside each view, zero before. Without DEPTH the last two are not touched.
// Grid: one thread per point, 64 per workgroup.
override DEPTH: bool = true;
struct Params {
  right: vec4f, // rows of worldToCamera, the scan's origin folded in: camera x = dot(right, (p, 1))
  down: vec4f,
  forward: vec4f,
  focal: vec2f, // pixels
  centre: vec2f,
  width: u32,
  height: u32,
  points: u32,
  view: u32,
  gridWidth: u32,
  shift: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<f32>;
@group(0) @binding(2) var<storage, read_write> projected: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> depth: array<atomic<u32>>;
@group(0) @binding(4) var<storage, read_write> inside_count: array<atomic<u32>>;

var<workgroup> group_count: atomic<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i < params.points) {
    let p = vec4f(positions[3u * i], positions[3u * i + 1u], positions[3u * i + 2u], 1.0);
    let z = dot(params.forward, p);
    var result = vec4f(0.0, 0.0, z, 0.0);
    if (z > 0.0) {
      let uv = params.focal * vec2f(dot(params.right, p), dot(params.down, p)) / z + params.centre;
      let edge = vec2f(f32(params.width), f32(params.height)) - 0.5;
      if (all(uv >= vec2f(-0.5)) && all(uv < edge)) {
        result = vec4f(uv, z, 1.0);
        if (DEPTH) {
          let cell = vec2u(floor(uv + 0.5)) >> vec2u(params.shift);
          atomicMin(&depth[cell.y * params.gridWidth + cell.x], bitcast<u32>(z));
          atomicAdd(&group_count, 1u);
        }
      }
    }
    projected[i] = result;
  }
  if (DEPTH) {
    workgroupBarrier();
    if (lane == 0u) {
      atomicAdd(&inside_count[params.view], atomicLoad(&group_count));
    }
  }
}
