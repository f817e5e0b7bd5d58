// The last pass of drawing points: eight bits for each channel, and the background where there is nothing.
// SHADE: the picture holds depths. Normals come from the smaller step of depth to the left or right, and up or down, so
// that they do not reach over edges; light falls from above and from the camera.
// Bindings: picture read vec4f[height * width], of splat_fill; pixels write u32[height * width], red in the low byte,
// then green, blue.
// Grid: one thread per pixel, 64 per workgroup.
override SHADE: bool = false;
struct Params {
  up: vec4f, // the scan's z axis in the camera's frame
  background: vec4f, // RGB 0..1
  focal: vec2f, // pixels
  centre: vec2f,
  width: u32,
  height: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> picture: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> pixels: array<u32>;

// Camera coordinates of a pixel's surface; z = 0 where there is none.
fn surface(x: i32, y: i32) -> vec3f {
  if (x < 0 || y < 0 || x >= i32(params.width) || y >= i32(params.height)) {
    return vec3f();
  }
  let value = picture[u32(y) * params.width + u32(x)];
  let z = value.x * value.w;
  return vec3f((vec2f(f32(x), f32(y)) - params.centre) / params.focal * z, z);
}

// From here to the next pixel along an axis, on the side where depth changes less.
fn step_along(here: vec3f, before: vec3f, after: vec3f) -> vec3f {
  if (after.z > 0.0 && (before.z == 0.0 || abs(after.z - here.z) <= abs(before.z - here.z))) {
    return after - here;
  }
  return select(vec3f(), here - before, before.z > 0.0);
}

fn shade(i: u32) -> vec3f {
  let x = i32(i % params.width);
  let y = i32(i / params.width);
  let here = surface(x, y);
  let across = step_along(here, surface(x - 1, y), surface(x + 1, y));
  let down = step_along(here, surface(x, y - 1), surface(x, y + 1));
  let towards = -normalize(here);
  let product = cross(across, down);
  let area = length(product);
  // A lone pixel faces the camera.
  var normal = select(towards, product / area, area > 0.0);
  normal = select(normal, -normal, dot(normal, towards) < 0.0);
  let light = 0.25 + 0.35 * max(dot(normal, params.up.xyz), 0.0) + 0.35 * dot(normal, towards);
  return vec3f(light);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.width * params.height) {
    return;
  }
  var colour = params.background.xyz;
  if (picture[i].w > 0.0) {
    if (SHADE) {
      colour = shade(i);
    } else {
      colour = picture[i].xyz;
    }
  }
  pixels[i] = pack4x8unorm(vec4f(colour, 1.0));
}
