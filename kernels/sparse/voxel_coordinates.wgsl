// The voxel of each point: floor(position * perMetre), in float32. It is a product and not a quotient, because WGSL
// rounds products correctly on every adapter but quotients only to 2.5 ulp, and a point near a face must not change its
// voxel with the adapter.
// Bindings: positions read f32[3 * count], metres; coords write vec4i[count]: (x, y, z, 0); outside read and written
// u32[1], zero before: how many points have no int32 voxel (NaN, infinite, too far).
// Grid: one thread per point, 64 per workgroup.
struct Params {
  count: u32,
  perMetre: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positions: array<f32>;
@group(0) @binding(2) var<storage, read_write> coords: array<vec4i>;
@group(0) @binding(3) var<storage, read_write> outside: atomic<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) {
    return;
  }
  let p = vec3f(positions[3u * i], positions[3u * i + 1u], positions[3u * i + 2u]);
  let scaled = p * params.perMetre;
  // On the bits, because WGSL lets a compiler assume that there are no NaN and no infinity:
  // a magnitude of 2^31 (0x4f000000) or more, infinities and NaN included.
  if (any((bitcast<vec3u>(scaled) & vec3u(0x7fffffffu)) >= vec3u(0x4f000000u))) {
    atomicAdd(&outside, 1u);
    return;
  }
  coords[i] = vec4i(vec3i(floor(scaled)), 0);
}
