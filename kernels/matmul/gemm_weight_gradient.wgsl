// Weight gradient of a linear layer: dW = x^T dy, as one partial sum for each chunk of rows; sum_chunks.wgsl adds the
// chunks in order. Needs outer_products.wgsl. A thread owns some blocks of 16 x 16 weights and takes four rows at a
// time: their outer products are one 4x4 matrix product for each 4 x 4 weights.
//
// Bindings: x read quads[rows * inputQuads]; dy read quads[rows * outputQuads]; partial write
// mat4x4f[chunks * inputQuads * outputQuads], packed as in gemm.wgsl.
// Grid: one thread per chunk and 4 INPUT_QUADS x 4 OUTPUT_QUADS weights, those innermost, 8 per workgroup: there are few threads
// and each runs long.
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

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let output_parts = (params.outputQuads + OUTPUT_QUADS - 1u) / OUTPUT_QUADS;
  let parts = (params.inputQuads + INPUT_QUADS - 1u) / INPUT_QUADS * output_parts;
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  if (id >= parts * params.chunks) { return; }
  let chunk = id / parts;
  let input = id % parts / output_parts * INPUT_QUADS;
  let output = id % output_parts * OUTPUT_QUADS;
  let row_end = min((chunk + 1u) * params.chunkRows, params.rows);
  for (var row = chunk * params.chunkRows; row < row_end; row += 4u) {
    let r = row + vec4u(0u, 1u, 2u, 3u);
    let used = select(vec4f(), vec4f(1.0), r < vec4u(row_end));
    let q = min(r, vec4u(row_end - 1u));
    add_products(q * params.inputQuads, q * params.outputQuads, input, output, used);
  }
  store_sums(chunk * params.inputQuads * params.outputQuads, input, output);
}
