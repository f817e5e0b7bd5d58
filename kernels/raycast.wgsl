// Nearest solid along each ray: boxes turned about z, and upright cylinders.
//
// Bindings: primitives (three vec4f each: centre and kind, half sizes, cosine and sine of the turn),
//   rays (two vec4f each: origin, direction of any length), surface (outward normal, t; t = -1 for
//   nothing), primitive (index, -1 for nothing; ties go to the smallest).
// Grid: one thread a ray, 64 a workgroup.
// Reference: lib/worlds/raycast.ts, castRaysReference.

struct Params {
  rays: u32,
  primitives: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> primitives: array<vec4f>;
@group(0) @binding(2) var<storage, read> rays: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> surface: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> primitive: array<i32>;

const nearest = 1e-4;
const smallest = 1e-8;

fn nudge(value: f32) -> f32 {
  return select(value, smallest, abs(value) < smallest);
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
  var best = 3.0e38;
  var found = -1;
  var face = 0u;
  for (var index = 0u; index < params.primitives; index++) {
    let head = primitives[3u * index];
    let half = primitives[3u * index + 1u];
    let turn = primitives[3u * index + 2u];
    let o = origin - head.xyz;
    // Slab in z, common to both kinds.
    let za = (-half.z - o.z) / dz;
    let zb = (half.z - o.z) / dz;
    var near = min(za, zb);
    var far = max(za, zb);
    var axis = 2u;
    if (head.w == 0.0) {
      let x0 = turn.x * o.x + turn.y * o.y;
      let ex = nudge(turn.x * direction.x + turn.y * direction.y);
      let xa = (-half.x - x0) / ex;
      let xb = (half.x - x0) / ex;
      if (min(xa, xb) > near) {
        near = min(xa, xb);
        axis = 0u;
      }
      far = min(far, max(xa, xb));
      let y0 = turn.x * o.y - turn.y * o.x;
      let ey = nudge(turn.x * direction.y - turn.y * direction.x);
      let ya = (-half.y - y0) / ey;
      let yb = (half.y - y0) / ey;
      if (min(ya, yb) > near) {
        near = min(ya, yb);
        axis = 1u;
      }
      far = min(far, max(ya, yb));
    } else {
      let a = max(dot(direction.xy, direction.xy), smallest * smallest);
      let b = dot(o.xy, direction.xy);
      let q = b * b - a * (dot(o.xy, o.xy) - half.x * half.x);
      if (q <= 0.0) {
        continue;
      }
      let root = sqrt(q);
      if ((-b - root) / a > near) {
        near = (-b - root) / a;
        axis = 3u;
      }
      far = min(far, (-b + root) / a);
    }
    if (near < far && near > nearest && near < best) {
      best = near;
      found = i32(index);
      face = axis;
    }
  }
  primitive[ray] = found;
  if (found < 0) {
    surface[ray] = vec4f(0.0, 0.0, 0.0, -1.0);
    return;
  }
  let turn = primitives[3u * u32(found) + 2u];
  var normal = vec3f(0.0, 0.0, select(1.0, -1.0, direction.z > 0.0));
  if (face == 3u) {
    let head = primitives[3u * u32(found)];
    let radius = primitives[3u * u32(found) + 1u].x;
    normal = vec3f((origin.xy + best * direction.xy - head.xy) / radius, 0.0);
  } else if (face < 2u) {
    let along = select(vec2f(-turn.y, turn.x), turn.xy, face == 0u);
    normal = vec3f(select(along, -along, dot(direction.xy, along) > 0.0), 0.0);
  }
  surface[ray] = vec4f(normal, best);
}
