// [a | b] = x, or x + more with TWO: the gradients of the two sides of a concatenation. CA and CB are channels without
// padding, so the seam may fall inside a quad of x.
// Bindings: x, more read rows of CA + CB channels, `more` may be any buffer without TWO; a, b write rows; all padded to
// whole quads.
// Grid: one thread per quad of a and b, 64 per workgroup.
struct Params { rows: u32 }
override CA: u32;
override CB: u32;
override TWO: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> more: array<stored_more>;
@group(0) @binding(3) var<storage, read_write> a: array<stored_a>;
@group(0) @binding(4) var<storage, read_write> b: array<stored_b>;

fn quads(channels: u32) -> u32 { return (channels + 3u) / 4u; }

fn sum(i: u32) -> vec4f {
  if (TWO) { return load_x(i) + load_more(i); }
  return load_x(i);
}

// Channel c of a row of x.
fn channel(row: u32, c: u32) -> f32 { return sum(row * quads(CA + CB) + c / 4u)[c % 4u]; }

// Quad q of the part of a row of x that has channels first <= c < end; 0 in the padding.
fn part(row: u32, first: u32, end: u32, q: u32) -> vec4f {
  if (CA % 4u == 0u) { return sum(row * quads(CA + CB) + first / 4u + q); }
  let c = first + q * 4u + vec4u(0u, 1u, 2u, 3u);
  let d = min(c, vec4u(end - 1u));
  let value = vec4f(channel(row, d.x), channel(row, d.y), channel(row, d.z), channel(row, d.w));
  return select(vec4f(), value, c < vec4u(end));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let qa = quads(CA);
  let qb = quads(CB);
  let row = i / (qa + qb);
  if (row >= params.rows) { return; }
  let q = i % (qa + qb);
  if (q < qa) {
    store_a(row * qa + q, part(row, 0u, CA, q));
  } else {
    store_b(row * qb + q - qa, part(row, CA, CA + CB, q - qa));
  }
}
