// y = [a | b], concatenated by channels. CA and CB are channels without padding, so the seam may fall inside a quad.
// Bindings: a, b read rows; y write rows; all padded to whole quads.
// Grid: one thread per quad of y, 64 per workgroup.
struct Params { rows: u32 }
override CA: u32;
override CB: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<stored_a>;
@group(0) @binding(2) var<storage, read> b: array<stored_b>;
@group(0) @binding(3) var<storage, read_write> y: array<stored_y>;

fn quads(channels: u32) -> u32 { return (channels + 3u) / 4u; }

// Channel c of a row of y; 0 in the padding.
fn channel(row: u32, c: u32) -> f32 {
  if (c < CA) { return load_a(row * quads(CA) + c / 4u)[c % 4u]; }
  if (c < CA + CB) { return load_b(row * quads(CB) + (c - CA) / 4u)[(c - CA) % 4u]; }
  return 0.0;
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let row = i / quads(CA + CB);
  if (row >= params.rows) { return; }
  let q = i % quads(CA + CB);
  if (CA % 4u != 0u) {
    let c = q * 4u;
    store_y(i, vec4f(channel(row, c), channel(row, c + 1u), channel(row, c + 2u), channel(row, c + 3u)));
  } else if (q < CA / 4u) {
    store_y(i, load_a(row * quads(CA) + q));
  } else {
    store_y(i, load_b(row * quads(CB) + q - CA / 4u));
  }
}
