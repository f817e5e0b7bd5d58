// conv_weight_gradient.wgsl for hardware: the same sums over the same pair list, by stages of pairs in workgroup memory,
// as a partial sum for each chunk of tiles. Needs tiled_outer_products.wgsl.
//
// The pairs of an offset in neighbouring tiles follow each other, so stages are full whatever the tiles hold. A thread
// looks up one pair of each stage; its tile only ever advances. It is read back from workgroup memory: a register more,
// and VEGA20 would hold two waves instead of three.
//
// Bindings: x read quads[source rows * inputQuads]; dy read quads[rows * outputQuads]; entries read u32[];
// offsets read u32[volume * tiles + 1]; partial write mat4x4f[chunks * volume * inputQuads * outputQuads],
// packed as in gemm.wgsl.
// Grid: one workgroup of OUTPUTS x INPUT_THREADS x SLICES threads per k, chunk and tile of weights, tiles innermost, then
// chunks.
struct Params {
  tiles: u32,
  chunkTiles: u32,
  chunks: u32,
  volume: u32,
  mirrored: u32, // 1: the pairs of k are listed at volume - 1 - k
  inputQuads: u32,
  outputQuads: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> dy: array<stored_dy>;
@group(0) @binding(3) var<storage, read> entries: array<u32>;
@group(0) @binding(4) var<storage, read> offsets: array<u32>;
@group(0) @binding(5) var<storage, read_write> partial: array<mat4x4f>;

var<workgroup> range: vec2u; // first pair and end of the chunk's pairs
var<workgroup> stage_rows: array<vec2u, STAGE>; // rows of x and of dy

@compute @workgroup_size(OUTPUTS, INPUT_THREADS, SLICES)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let output_tiles = (params.outputQuads + OUTPUTS - 1u) / OUTPUTS;
  let weight_tiles = (params.inputQuads + INPUT_TILE - 1u) / INPUT_TILE * output_tiles;
  let id = wid.x + wid.y * num.x;
  let k = id / (weight_tiles * params.chunks);
  if (k >= params.volume) { return; }
  let chunk = id / weight_tiles % params.chunks;
  let input = id % weight_tiles / output_tiles * INPUT_TILE;
  let output = id % output_tiles * OUTPUTS;

  let run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles;
  let first_tile = chunk * params.chunkTiles;
  if (thread == 0u) {
    range = vec2u(offsets[run + first_tile], offsets[run + min(first_tile + params.chunkTiles, params.tiles)]);
  }
  if (thread < STAGE) { stage_rows[thread].y = first_tile << 6u; }
  let pairs = workgroupUniformLoad(&range);
  for (var first = pairs.x; first < pairs.y; first += STAGE) {
    let count = min(STAGE, pairs.y - first);
    if (thread < count) {
      let pair = first + thread;
      var tile = stage_rows[thread].y >> 6u;
      while (offsets[run + tile + 1u] <= pair) { tile++; }
      let entry = entries[pair];
      stage_rows[thread] = vec2u(entry >> 6u, tile << 6u | entry & 63u);
    }
    workgroupBarrier();
    // Quads past the end repeat the last one; their sums are not stored.
    for (var i = thread; i < count * INPUT_TILE; i += THREADS) {
      stage_x[i] = load_x(stage_rows[i / INPUT_TILE].x * params.inputQuads + min(input + i % INPUT_TILE, params.inputQuads - 1u));
    }
    for (var i = thread; i < count * OUTPUTS; i += THREADS) {
      stage_dy[i] = load_dy(stage_rows[i / OUTPUTS].y * params.outputQuads + min(output + i % OUTPUTS, params.outputQuads - 1u));
    }
    workgroupBarrier();
    // The next stage looks up its pairs meanwhile; it fetches rows once all threads are through.
    add_stage(count, lid);
  }
  let base = (chunk * params.volume + k) * params.inputQuads * params.outputQuads;
  store_sums(base, input, output, lid);
}
