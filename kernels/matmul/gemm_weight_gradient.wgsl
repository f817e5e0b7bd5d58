// Weight gradient of a linear layer: dW = x^T dy, as one partial sum for each chunk of rows; sum_chunks.wgsl adds the
// chunks in order. Needs outer_products.wgsl. A thread owns 16 x 16 weights and takes four rows at a time: their outer
// products are one 4x4 matrix product for each block of weights.
//
// Bindings: x read quads[rows * inputQuads]; dy read quads[rows * outputQuads]; partial write
// mat4x4f[chunks * inputQuads * outputQuads], packed as in gemm.wgsl.
// Grid: one thread per chunk and block, blocks innermost, 32 per workgroup.
struct Params {
  rows: u32,
  chunkRows: u32,
  chunks: u32,
  inputQuads: u32,
  outputQuads: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> dy: array<stored_dy>;
@group(0) @binding(3) var<storage, read_write> partial: array<mat4x4f>;

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let output_blocks = (params.outputQuads + 3u) / 4u;
  let blocks = (params.inputQuads + 3u) / 4u * output_blocks;
  let id = (wid.x + wid.y * num.x) * 32u + lane;
  if (id >= blocks * params.chunks) { return; }
  let chunk = id / blocks;
  let input = id % blocks / output_blocks * 4u;
  let output = id % output_blocks * 4u;

  // Blocks past the end repeat the last one; they are not stored.
  let i = min(input + vec4u(0u, 1u, 2u, 3u), vec4u(params.inputQuads - 1u));
  let o = min(output + vec4u(0u, 1u, 2u, 3u), vec4u(params.outputQuads - 1u));
  let row_end = min((chunk + 1u) * params.chunkRows, params.rows);

  var w00 = mat4x4f(); var w01 = mat4x4f(); var w02 = mat4x4f(); var w03 = mat4x4f();
  var w10 = mat4x4f(); var w11 = mat4x4f(); var w12 = mat4x4f(); var w13 = mat4x4f();
  var w20 = mat4x4f(); var w21 = mat4x4f(); var w22 = mat4x4f(); var w23 = mat4x4f();
  var w30 = mat4x4f(); var w31 = mat4x4f(); var w32 = mat4x4f(); var w33 = mat4x4f();
  for (var row = chunk * params.chunkRows; row < row_end; row += 4u) {
    let r = row + vec4u(0u, 1u, 2u, 3u);
    let used = select(vec4f(), vec4f(1.0), r < vec4u(row_end));
    let q = min(r, vec4u(row_end - 1u));
    let a = q * params.inputQuads;
    let b = q * params.outputQuads;
    let y0 = tile_dy(b, o.x);
    let y1 = tile_dy(b, o.y);
    let y2 = tile_dy(b, o.z);
    let y3 = tile_dy(b, o.w);
    let x0 = tile_x(a, i.x, used);
    w00 += y0 * x0; w01 += y1 * x0; w02 += y2 * x0; w03 += y3 * x0;
    let x1 = tile_x(a, i.y, used);
    w10 += y0 * x1; w11 += y1 * x1; w12 += y2 * x1; w13 += y3 * x1;
    let x2 = tile_x(a, i.z, used);
    w20 += y0 * x2; w21 += y1 * x2; w22 += y2 * x2; w23 += y3 * x2;
    let x3 = tile_x(a, i.w, used);
    w30 += y0 * x3; w31 += y1 * x3; w32 += y2 * x3; w33 += y3 * x3;
  }

  let base = chunk * params.inputQuads * params.outputQuads;
  store_row(input, output, base, w00, w01, w02, w03);
  store_row(input + 1u, output, base, w10, w11, w12, w13);
  store_row(input + 2u, output, base, w20, w21, w22, w23);
  store_row(input + 3u, output, base, w30, w31, w32, w33);
}
