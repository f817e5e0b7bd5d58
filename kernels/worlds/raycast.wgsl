// The nearest solid along each ray. The reference is castRaysReference of lib/worlds/raycast.ts.
//
// Bindings: primitives read vec4f[3 * primitives], three for each: centre and kind; half sizes and shape; cosine and
// sine of the rotation and two more words of shape (see lib/worlds/solids.ts); bounds read vec4f, for every 8
// primitives in a row the lowest and the highest corner of a box around them; rays read vec4f[2 * rays]: origin,
// direction of any length; surface write vec4f[rays]: outward normal and t, with t = -1 for nothing; primitive write
// i32[rays]: index, -1 for nothing, the smallest of equally near ones.
// Grid: one thread per ray, 64 per workgroup.

struct Params {
  rays: u32,
  primitives: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> primitives: array<vec4f>;
@group(0) @binding(2) var<storage, read> bounds: array<vec4f>;
@group(0) @binding(3) var<storage, read> rays: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> surface: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> primitive: array<i32>;

// Primitives that share a bounding box.
const run = 8u;

const nearest = 1e-4;
const smallest = 1e-8;
const infinite = 3.0e38;

// Kinds of primitive; any other number is a roller.
const box = 0.0;
const cylinder = 1.0;
const ellipsoid = 2.0;
const frustum = 3.0;
const prism = 5.0;
const lattice = 6.0;
const pyramid = 7.0;

// Faces: those across the solid's own axes, and its curved or slanted sides.
const face_x = 0u;
const face_y = 1u;
const face_z = 2u;
const face_cylinder = 3u;
const face_ellipsoid = 4u;
const face_cone = 5u;
const face_lying = 6u;
const face_low = 7u;
const face_high = 8u;
const face_front = 9u;
const face_back = 10u;

// Where a ray enters a solid, where it leaves it, and through which face it enters.
struct Crossing {
  near: f32,
  far: f32,
  face: u32,
}

fn nudge(value: f32) -> f32 {
  return select(value, smallest, abs(value) < smallest);
}

// Cuts a crossing by the slab -half..half along one of the solid's own axes.
fn slab(crossing: Crossing, half: f32, origin: f32, step: f32, face: u32) -> Crossing {
  let d = nudge(step);
  let a = (-half - origin) / d;
  let b = (half - origin) / d;
  let later = min(a, b) > crossing.near;
  return Crossing(
    select(crossing.near, min(a, b), later),
    min(crossing.far, max(a, b)),
    select(crossing.face, face, later),
  );
}

// Cuts a crossing by the half space below a face of normal (n.x, 0, n.y) that ends at (edge, -half z).
fn slant(crossing: Crossing, n: vec2f, o: vec2f, d: vec2f, face: u32) -> Crossing {
  let speed = nudge(dot(n, d));
  let t = -dot(n, o) / speed;
  if (speed > 0.0) {
    return Crossing(crossing.near, min(crossing.far, t), crossing.face);
  }
  let later = t > crossing.near;
  return Crossing(
    select(crossing.near, t, later),
    crossing.far,
    select(crossing.face, face, later),
  );
}

// Cuts a crossing by the round side of a cone frustum. m is the ray's point at t = `middle` and d the ray's direction;
// the frustum's axis is their third component. Its radius is radii.x at -half and radii.y at +half.
fn cone(
  crossing: Crossing,
  m: vec3f,
  d: vec3f,
  radii: vec2f,
  half: f32,
  middle: f32,
  face: u32,
) -> Crossing {
  let slope = (radii.y - radii.x) / (2.0 * half);
  let radius = (radii.x + radii.y) / 2.0 + slope * m.z;
  let widening = slope * d.z;
  let a = nudge(dot(d.xy, d.xy) - widening * widening);
  let b = dot(m.xy, d.xy) - radius * widening;
  let outside = dot(m.xy, m.xy) - radius * radius;
  let q = b * b - a * outside;
  // A ray steeper than the side (a < 0) always goes through it.
  if (q <= 0.0 && a > 0.0) {
    return Crossing(0.0, -1.0, face);
  }
  // Roots without cancellation.
  let sum = nudge(-b - select(1.0, -1.0, b < 0.0) * sqrt(max(q, 0.0)));
  let low = middle + min(sum / a, outside / sum);
  let high = middle + max(sum / a, outside / sum);
  var enter = low;
  var leave = high;
  if (a < 0.0) {
    // It does so once only, in the direction in which the cone widens or narrows.
    enter = select(-infinite, high, widening > 0.0);
    leave = select(low, infinite, widening > 0.0);
  }
  let later = enter > crossing.near;
  return Crossing(
    select(crossing.near, enter, later),
    min(crossing.far, leave),
    select(crossing.face, face, later),
  );
}

// Cuts the crossing of a solid's slab in z, which all kinds have, down to the solid. `o` is the origin less the solid's
// centre.
fn cross_solid(
  slabbed: Crossing,
  kind: f32,
  half: vec3f,
  shape: f32,
  rotation: vec4f,
  o: vec3f,
  direction: vec3f,
) -> Crossing {
  if (kind == cylinder) {
    let a = max(dot(direction.xy, direction.xy), smallest * smallest);
    let b = dot(o.xy, direction.xy);
    let q = b * b - a * (dot(o.xy, o.xy) - half.x * half.x);
    if (q <= 0.0) {
      return Crossing(0.0, -1.0, face_cylinder);
    }
    let root = sqrt(q);
    let later = (-b - root) / a > slabbed.near;
    return Crossing(
      select(slabbed.near, (-b - root) / a, later),
      min(slabbed.far, (-b + root) / a),
      select(slabbed.face, face_cylinder, later),
    );
  }
  // Origin and direction in the solid's own axes.
  let p = vec3f(rotation.x * o.x + rotation.y * o.y, rotation.x * o.y - rotation.y * o.x, o.z);
  let d = vec3f(
    rotation.x * direction.x + rotation.y * direction.y,
    rotation.x * direction.y - rotation.y * direction.x,
    direction.z,
  );
  if (kind == box) {
    return slab(slab(slabbed, half.x, p.x, d.x, face_x), half.y, p.y, d.y, face_y);
  }
  if (kind == prism) {
    let bottom = p.z + half.z;
    let low = vec2f(-2.0 * half.z, rotation.z + half.x);
    let high = vec2f(2.0 * half.z, half.x - rotation.w);
    var crossing = slab(slabbed, half.y, p.y, d.y, face_y);
    crossing = slant(crossing, low, vec2f(p.x + half.x, bottom), d.xz, face_low);
    return slant(crossing, high, vec2f(p.x - half.x, bottom), d.xz, face_high);
  }
  if (kind == pyramid) {
    let lean = half.xy - vec2f(shape, rotation.z);
    let low = p + half;
    let high = vec3f(p.xy - half.xy, p.z + half.z);
    let side = 2.0 * half.z;
    var crossing = slant(slabbed, vec2f(-side, lean.x), low.xz, d.xz, face_low);
    crossing = slant(crossing, vec2f(side, lean.x), high.xz, d.xz, face_high);
    crossing = slant(crossing, vec2f(-side, lean.y), low.yz, d.yz, face_front);
    return slant(crossing, vec2f(side, lean.y), high.yz, d.yz, face_back);
  }
  if (kind == lattice) {
    let t = -p.y / nudge(d.y);
    let along = p.x + t * d.x + half.x;
    let up = p.z + t * d.z + half.z;
    let inside = along >= 0.0 && along <= 2.0 * half.x && up >= 0.0 && up <= 2.0 * half.z;
    let bar = along - shape * floor(along / shape) < rotation.w ||
      up - rotation.z * floor(up / rotation.z) < rotation.w;
    return Crossing(t, select(-1.0, infinite, inside && bar), face_y);
  }
  // The other kinds are solved about the ray's point nearest to the centre: from far off, float32 would miss thin solids.
  let middle = -dot(p, d) / dot(d, d);
  let m = p + middle * d;
  if (kind == ellipsoid) {
    let e = d / half;
    let f = m / half;
    let a = dot(e, e);
    let b = dot(e, f);
    let q = b * b - a * (dot(f, f) - 1.0);
    if (q <= 0.0) {
      return Crossing(0.0, -1.0, face_ellipsoid);
    }
    let root = sqrt(q);
    return Crossing(middle + (-b - root) / a, middle + (-b + root) / a, face_ellipsoid);
  }
  if (kind == frustum) {
    return cone(slabbed, m, d, vec2f(half.x, shape), half.z, middle, face_cone);
  }
  let ends = slab(Crossing(-infinite, infinite, face_x), half.x, p.x, d.x, face_x);
  return cone(ends, m.yzx, d.yzx, vec2f(half.z, shape), half.x, middle, face_lying);
}

// The outward normal of a face of primitive `index` at a point.
fn normal_of(index: u32, face: u32, point: vec3f, direction: vec3f) -> vec3f {
  let half = primitives[3u * index + 1u];
  let rotation = primitives[3u * index + 2u];
  let o = point - primitives[3u * index].xyz;
  if (face == face_z) {
    return vec3f(0.0, 0.0, select(1.0, -1.0, direction.z > 0.0));
  }
  if (face == face_cylinder) {
    return vec3f(o.xy / half.x, 0.0);
  }
  if (face == face_x || face == face_y) {
    let along = select(vec2f(-rotation.y, rotation.x), rotation.xy, face == face_x);
    return vec3f(select(along, -along, dot(direction.xy, along) > 0.0), 0.0);
  }
  let p = vec3f(rotation.x * o.x + rotation.y * o.y, rotation.x * o.y - rotation.y * o.x, o.z);
  var n = p / (half.xyz * half.xyz);
  if (face == face_front || face == face_back) {
    n = vec3f(0.0, select(2.0, -2.0, face == face_front) * half.z, half.y - rotation.z);
  } else if (primitives[3u * index].w == pyramid) {
    n = vec3f(select(2.0, -2.0, face == face_low) * half.z, 0.0, half.x - half.w);
  } else if (face == face_low) {
    n = vec3f(-2.0 * half.z, 0.0, rotation.z + half.x);
  } else if (face == face_high) {
    n = vec3f(2.0 * half.z, 0.0, half.x - rotation.w);
  } else if (face == face_cone) {
    n = vec3f(p.xy, -length(p.xy) * (half.w - half.x) / (2.0 * half.z));
  } else if (face == face_lying) {
    n = vec3f(-length(p.yz) * (half.w - half.z) / (2.0 * half.x), p.yz);
  }
  return normalize(vec3f(rotation.x * n.x - rotation.y * n.y, rotation.y * n.x + rotation.x * n.y, n.z));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let ray = (wid.x + wid.y * num.x) * 64u + lane;
  if (ray >= params.rays) {
    return;
  }
  let origin = rays[2u * ray].xyz;
  let direction = rays[2u * ray + 1u].xyz;
  let dz = nudge(direction.z);
  var best = infinite;
  var found = -1;
  var face = 0u;
  let inverse = 1.0 / vec3f(nudge(direction.x), nudge(direction.y), dz);
  for (var first = 0u; first < params.primitives; first += run) {
    let a = (bounds[first / run * 2u].xyz - origin) * inverse;
    let b = (bounds[first / run * 2u + 1u].xyz - origin) * inverse;
    let enter = max(max(min(a.x, b.x), min(a.y, b.y)), min(a.z, b.z));
    let leave = min(min(max(a.x, b.x), max(a.y, b.y)), max(a.z, b.z));
    if (enter > leave || enter > best || leave < 0.0) {
      continue;
    }
    let end = min(first + run, params.primitives);
    for (var index = first; index < end; index++) {
      let head = primitives[3u * index];
      let half = primitives[3u * index + 1u];
      let o = origin - head.xyz;
      let za = (-half.z - o.z) / dz;
      let zb = (half.z - o.z) / dz;
      var crossing = Crossing(min(za, zb), max(za, zb), face_z);
      if (crossing.near >= best || crossing.far <= nearest) {
        continue;
      }
      let rotation = primitives[3u * index + 2u];
      crossing = cross_solid(crossing, head.w, half.xyz, half.w, rotation, o, direction);
      if (crossing.near < crossing.far && crossing.near > nearest && crossing.near < best) {
        best = crossing.near;
        found = i32(index);
        face = crossing.face;
      }
    }
  }
  primitive[ray] = found;
  if (found < 0) {
    surface[ray] = vec4f(0.0, 0.0, 0.0, -1.0);
    return;
  }
  surface[ray] = vec4f(normal_of(u32(found), face, origin + best * direction, direction), best);
}
