// [a | b] = x, or x + more with TWO: the gradients of the two sides of a concatenation. CA and CB are channels without
// padding, so the seam may fall inside a vec4f of x.
// Bindings: x, more read f32 rows of CA + CB channels, `more` may be any buffer without TWO; a, b write f32 rows; all
// padded to whole vec4f.
// Grid: one thread per element of a and b, padding included, 64 per workgroup.
struct Params { rows: u32 }
override CA: u32;
override CB: u32;
override TWO: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> more: array<f32>;
@group(0) @binding(3) var<storage, read_write> a: array<f32>;
@group(0) @binding(4) var<storage, read_write> b: array<f32>;

fn padded(channels: u32) -> u32 { return (channels + 3u) / 4u * 4u; }

fn sum(i: u32) -> f32 {
  if (TWO) { return x[i] + more[i]; }
  return x[i];
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let wa = padded(CA);
  let wb = padded(CB);
  let row = i / (wa + wb);
  if (row >= params.rows) { return; }
  let first = row * padded(CA + CB);
  let c = i % (wa + wb);
  if (c < wa) {
    a[row * wa + c] = select(0.0, sum(first + min(c, CA - 1u)), c < CA);
  } else {
    let d = c - wa;
    b[row * wb + d] = select(0.0, sum(first + CA + min(d, CB - 1u)), d < CB);
  }
}
