// Weight gradient of a sparse convolution: dW[k] = sum over the pairs (o, i) of k of x[i]^T dy[o], as one partial sum
// for each chunk of tiles; sum_chunks.wgsl adds the chunks in order. Needs outer_products.wgsl.
//
// The pair list is that of the forward pass (conv.wgsl says how it is laid out). A thread owns 4 INPUT_QUADS x 16
// weights of one k and walks that k's pairs in its chunk, four pairs at a time: the outer products of four pairs are
// one 4x4 matrix product for each block of weights.
//
// Bindings: x read quads[source rows * inputQuads]; dy read quads[rows * outputQuads]; entries read u32[];
// offsets read u32[volume * tiles + 1]; partial write mat4x4f[chunks * volume * inputQuads * outputQuads], packed as in
// gemm.wgsl.
// Grid: one thread per chunk, k and block, 8 per workgroup. Blocks are innermost, then chunks, because the lists of one
// k are of similar length.
override INPUT_QUADS: u32 = 4; // 4, or 1 for the narrow input of a stem

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
  let input_blocks = (params.inputQuads + INPUT_QUADS - 1u) / INPUT_QUADS;
  let output_blocks = (params.outputQuads + 3u) / 4u;
  let blocks = input_blocks * output_blocks;
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  if (id >= blocks * params.chunks * params.volume) { return; }
  let k = id / (blocks * params.chunks);
  let chunk = id / blocks % params.chunks;
  let input = id % blocks / output_blocks * INPUT_QUADS;
  let output = id % output_blocks * 4u;

  // Blocks past the end repeat the last one; they are not stored.
  let i = min(input + vec4u(0u, 1u, 2u, 3u), vec4u(params.inputQuads - 1u));
  let o = min(output + vec4u(0u, 1u, 2u, 3u), vec4u(params.outputQuads - 1u));
  let run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles;
  var tile = chunk * params.chunkTiles;
  let tile_end = min(tile + params.chunkTiles, params.tiles);
  var pair = 0u;
  var end = 0u;
  var row = 0u;

  var w00 = mat4x4f(); var w01 = mat4x4f(); var w02 = mat4x4f(); var w03 = mat4x4f();
  var w10 = mat4x4f(); var w11 = mat4x4f(); var w12 = mat4x4f(); var w13 = mat4x4f();
  var w20 = mat4x4f(); var w21 = mat4x4f(); var w22 = mat4x4f(); var w23 = mat4x4f();
  var w30 = mat4x4f(); var w31 = mat4x4f(); var w32 = mat4x4f(); var w33 = mat4x4f();
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
    let a = (e >> vec4u(6u)) * params.inputQuads;
    let b = (row + (e & vec4u(63u))) * params.outputQuads;
    let y0 = tile_dy(b, o.x);
    let y1 = tile_dy(b, o.y);
    let y2 = tile_dy(b, o.z);
    let y3 = tile_dy(b, o.w);
    let x0 = tile_x(a, i.x, used);
    w00 += y0 * x0; w01 += y1 * x0; w02 += y2 * x0; w03 += y3 * x0;
    if (INPUT_QUADS == 4u) {
      let x1 = tile_x(a, i.y, used);
      w10 += y0 * x1; w11 += y1 * x1; w12 += y2 * x1; w13 += y3 * x1;
      let x2 = tile_x(a, i.z, used);
      w20 += y0 * x2; w21 += y1 * x2; w22 += y2 * x2; w23 += y3 * x2;
      let x3 = tile_x(a, i.w, used);
      w30 += y0 * x3; w31 += y1 * x3; w32 += y2 * x3; w33 += y3 * x3;
    }
    pair += 4u;
  }

  let base = (chunk * params.volume + k) * params.inputQuads * params.outputQuads;
  store_row(input, output, base, w00, w01, w02, w03);
  if (INPUT_QUADS == 4u) {
    store_row(input + 1u, output, base, w10, w11, w12, w13);
    store_row(input + 2u, output, base, w20, w21, w22, w23);
    store_row(input + 3u, output, base, w30, w31, w32, w33);
  }
}
