// Weight gradient of a sparse convolution: dW[k] = sum over the pairs (o, i) of k of x[i]^T dy[o], as one partial sum
// for each chunk of tiles; sum_chunks.wgsl adds the chunks in order. Needs outer_products.wgsl.
//
// The pair list is that of the forward pass (conv.wgsl says how it is laid out). A thread owns 4 INPUT_QUADS
// x 4 OUTPUT_QUADS weights of one k and walks that k's pairs in its chunk, four pairs at a time: the outer products of four pairs are
// one 4x4 matrix product for each 4 x 4 weights.
//
// Bindings: x read quads[source rows * inputQuads]; dy read quads[rows * outputQuads]; entries read u32[];
// offsets read u32[volume * tiles + 1]; partial write mat4x4f[chunks * volume * inputQuads * outputQuads], packed as in
// gemm.wgsl.
// Grid: one thread per chunk, k and part of the weights, 8 per workgroup. Parts are innermost, then chunks, because the lists of
// one k are of similar length.

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

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let output_parts = (params.outputQuads + OUTPUT_QUADS - 1u) / OUTPUT_QUADS;
  let parts = (params.inputQuads + INPUT_QUADS - 1u) / INPUT_QUADS * output_parts;
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  if (id >= parts * params.chunks * params.volume) { return; }
  let k = id / (parts * params.chunks);
  let chunk = id / parts % params.chunks;
  let input = id % parts / output_parts * INPUT_QUADS;
  let output = id % output_parts * OUTPUT_QUADS;

  let run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles;
  var tile = chunk * params.chunkTiles;
  let tile_end = min(tile + params.chunkTiles, params.tiles);
  var pair = 0u;
  var end = 0u;
  var row = 0u;
  loop {
    while (pair >= end && tile < tile_end) {
      pair = offsets[run + tile];
      end = offsets[run + tile + 1u];
      row = tile << 6u;
      tile++;
    }
    if (pair >= end) { break; }
    let p = pair + vec4u(0u, 1u, 2u, 3u);
    let used = select(vec4f(), vec4f(1.0), p < vec4u(end));
    let q = min(p, vec4u(end - 1u));
    let e = vec4u(entries[q.x], entries[q.y], entries[q.z], entries[q.w]);
    let source = (e >> vec4u(6u)) * params.inputQuads;
    let own = (row + (e & vec4u(63u))) * params.outputQuads;
    add_products(source, own, input, output, used);
    pair += 4u;
  }
  store_sums((chunk * params.volume + k) * params.inputQuads * params.outputQuads, input, output);
}
