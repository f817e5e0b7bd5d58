// gemm_weight_gradient.wgsl for hardware: the same sums, by stages of rows in workgroup memory, as a partial sum for
// each chunk of rows. Needs tiled_outer_products.wgsl.
//
// Bindings: x read quads[rows * inputQuads]; dy read quads[rows * outputQuads]; partial write
// mat4x4f[chunks * inputQuads * outputQuads], packed as in gemm.wgsl.
// Grid: one workgroup of OUTPUTS x INPUT_THREADS x SLICES threads per chunk and tile of weights, tiles innermost.
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

@compute @workgroup_size(OUTPUTS, INPUT_THREADS, SLICES)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let output_tiles = (params.outputQuads + OUTPUTS - 1u) / OUTPUTS;
  let tiles = (params.inputQuads + INPUT_TILE - 1u) / INPUT_TILE * output_tiles;
  let id = wid.x + wid.y * num.x;
  let chunk = id / tiles;
  if (chunk >= params.chunks) { return; }
  let input = id % tiles / output_tiles * INPUT_TILE;
  let output = id % output_tiles * OUTPUTS;

  let end = min((chunk + 1u) * params.chunkRows, params.rows);
  for (var row = chunk * params.chunkRows; row < end; row += STAGE) {
    let count = min(STAGE, end - row);
    // Quads past the end repeat the last one; their sums are not stored.
    for (var i = thread; i < count * INPUT_TILE; i += THREADS) {
      stage_x[i] = load_x((row + i / INPUT_TILE) * params.inputQuads + min(input + i % INPUT_TILE, params.inputQuads - 1u));
    }
    for (var i = thread; i < count * OUTPUTS; i += THREADS) {
      stage_dy[i] = load_dy((row + i / OUTPUTS) * params.outputQuads + min(output + i % OUTPUTS, params.outputQuads - 1u));
    }
    workgroupBarrier();
    add_stage(count, lid);
    workgroupBarrier();
  }
  store_sums(chunk * params.inputQuads * params.outputQuads, input, output, lid);
}
