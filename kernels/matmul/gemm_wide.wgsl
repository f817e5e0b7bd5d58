// The same as gemm.wgsl, for rows of weights so wide that few of them fit a window: weights are read from a storage
// buffer. A thread makes 16 rows of 16 columns, in four by four matrix products for each step of four summed channels,
// so that 16 vec4f loads and 4 mat4x4f loads feed 1024 multiply-adds (llvmpipe pays for loads lane by lane).
//
// Bindings: x read quads[rows * sumQuads]; weight read mat4x4f[]; bias read vec4f[quads], unless hasBias is 0;
// y write vec4f[rows * quads].
// Grid: one thread per block of 16 rows and 16 columns, 32 per workgroup.
override TRANSPOSED: bool = false; // multiply by W^T instead of W

struct Params {
  rows: u32,
  sumQuads: u32, // of the channels that are summed over
  quads: u32, // of the channels of y
  sumStride: u32, // from a block of weights to the next summed one
  stride: u32, // from a block of weights to the next column
  hasBias: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> weight: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn block(at: u32) -> mat4x4f {
  if (TRANSPOSED) { return transpose(weight[at]); }
  return weight[at];
}

fn load(at: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(load_x(at.x + i), load_x(at.y + i), load_x(at.z + i), load_x(at.w + i));
}

fn store(row: u32, column: u32, y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) {
  if (row >= params.rows) { return; }
  let at = row * params.quads + column;
  y[at] = y0;
  if (column + 1u < params.quads) { y[at + 1u] = y1; }
  if (column + 2u < params.quads) { y[at + 2u] = y2; }
  if (column + 3u < params.quads) { y[at + 3u] = y3; }
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let blocks = (params.quads + 3u) / 4u;
  let id = (wid.x + wid.y * num.x) * 32u + lane;
  let row = id / blocks * 16u;
  if (row >= params.rows) { return; }
  let column = id % blocks * 4u;

  // Rows and columns past the end repeat the last one; they are not stored.
  let last = vec4u(params.rows - 1u);
  let rows = row + vec4u(0u, 1u, 2u, 3u);
  let a0 = min(rows, last) * params.sumQuads;
  let a1 = min(rows + 4u, last) * params.sumQuads;
  let a2 = min(rows + 8u, last) * params.sumQuads;
  let a3 = min(rows + 12u, last) * params.sumQuads;
  let c = min(column + vec4u(0u, 1u, 2u, 3u), vec4u(params.quads - 1u));
  var w = c * params.stride;

  var start = mat4x4f();
  if (params.hasBias != 0u) { start = mat4x4f(bias[c.x], bias[c.y], bias[c.z], bias[c.w]); }
  var y00 = mat4x4f(start[0], start[0], start[0], start[0]);
  var y01 = mat4x4f(start[1], start[1], start[1], start[1]);
  var y02 = mat4x4f(start[2], start[2], start[2], start[2]);
  var y03 = mat4x4f(start[3], start[3], start[3], start[3]);
  var y10 = y00; var y11 = y01; var y12 = y02; var y13 = y03;
  var y20 = y00; var y21 = y01; var y22 = y02; var y23 = y03;
  var y30 = y00; var y31 = y01; var y32 = y02; var y33 = y03;
  for (var i = 0u; i < params.sumQuads; i++) {
    let w0 = block(w.x);
    let w1 = block(w.y);
    let w2 = block(w.z);
    let w3 = block(w.w);
    w += params.sumStride;
    let x0 = load(a0, i);
    y00 += w0 * x0; y01 += w1 * x0; y02 += w2 * x0; y03 += w3 * x0;
    let x1 = load(a1, i);
    y10 += w0 * x1; y11 += w1 * x1; y12 += w2 * x1; y13 += w3 * x1;
    let x2 = load(a2, i);
    y20 += w0 * x2; y21 += w1 * x2; y22 += w2 * x2; y23 += w3 * x2;
    let x3 = load(a3, i);
    y30 += w0 * x3; y31 += w1 * x3; y32 += w2 * x3; y33 += w3 * x3;
  }
  for (var i = 0u; i < 4u; i++) {
    store(row + i, column, y00[i], y01[i], y02[i], y03[i]);
    store(row + 4u + i, column, y10[i], y11[i], y12[i], y13[i]);
    store(row + 8u + i, column, y20[i], y21[i], y22[i], y23[i]);
    store(row + 12u + i, column, y30[i], y31[i], y32[i], y33[i]);
  }
}
