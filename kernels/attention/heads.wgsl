// Heads brought from one width to another, the rest zeros; queries and keys are rotated by their places on the way (PointROPE). A
// head has 2 D channels for each axis: channels d and D + d of them are a plane, rotated by the angle of d.
// Bindings: x read f32[rows][X_STRIDE], of which PARTS * heads * FROM are used; rotations read vec2f[rows][3][D], cosine and sine,
// where ROTATED is not 0; y write f32[rows][Y_STRIDE], of which PARTS * heads * TO are used.
// Grid: one thread per row, part and head, 64 per workgroup.
struct Params {
  rows: u32,
  heads: u32,
  sign: f32, // 1 rotates, -1 rotates back
}
override PARTS: u32; // queries, keys and values; or one
override ROTATED: u32; // the first parts, which are rotated
override FROM: u32;
override TO: u32;
override X_STRIDE: u32;
override Y_STRIDE: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> rotations: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let of_row = PARTS * params.heads;
  let row = i / of_row;
  if (row >= params.rows) { return; }
  let head = i % of_row; // of all parts
  let width = min(FROM, TO);
  let d_count = width / 6u;
  let begin = row * X_STRIDE + head * FROM;
  let to = row * Y_STRIDE + head * TO;
  let rotated = head / params.heads < ROTATED;
  for (var c = 0u; c < TO; c++) {
    var value = 0.0;
    if (c < width) {
      value = x[begin + c];
      if (rotated) {
        let within = c % (2u * d_count);
        let axis = c / (2u * d_count);
        let d = within % d_count;
        let rotation = rotations[(row * 3u + axis) * d_count + d];
        let second = within >= d_count;
        let other = x[begin + select(c + d_count, c - d_count, second)];
        value = value * rotation.x + params.sign * select(-other, other, second) * rotation.y;
      }
    }
    y[to + c] = value;
  }
  if (head == of_row - 1u) {
    for (var c = of_row * TO; c < Y_STRIDE; c++) { y[row * Y_STRIDE + c] = 0.0; }
  }
}
