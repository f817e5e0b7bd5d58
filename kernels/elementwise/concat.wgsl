// y = [a | b], concatenated by channels. CA and CB are channels without padding, so the seam may fall inside a vec4f.
// Bindings: a, b read f32 rows, padded to whole vec4f; y write f32 rows, padded likewise.
// Grid: one thread per element of y, padding included, 64 per workgroup.
struct Params { rows: u32 }
override CA: u32;
override CB: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn padded(channels: u32) -> u32 { return (channels + 3u) / 4u * 4u; }

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let width = padded(CA + CB);
  if (i >= params.rows * width) { return; }
  let row = i / width;
  let c = i % width;
  if (c < CA) {
    y[i] = a[row * padded(CA) + c];
  } else if (c < CA + CB) {
    y[i] = b[row * padded(CB) + c - CA];
  } else {
    y[i] = 0.0;
  }
}
