// Shared text of gemm_tiled.wgsl and conv_tiled.wgsl: a tile of rows times a tile of weights, both in workgroup memory.
// A workgroup is COLUMNS x 16 threads; thread (tx, ty) sums one quad of columns of ROWS rows, in registers. Weights are
// packed as in gemm.wgsl, and read by columns of their blocks. The kernel declares ROWS, 4 or 8, `weight`, array<vec4f>,
// and the params sumQuads, quads, sumStride and stride.
override TRANSPOSED: bool = false; // multiply by W^T instead of W
override COLUMNS: u32 = 16u; // quads of columns of a workgroup, at most 16
override DEPTH: u32 = 4u; // quads of summed channels in workgroup memory at a time

// One more than is used: threads that store quads of one row then meet different banks of workgroup memory.
override ROW_STRIDE: u32 = ROWS * 16u + 1u;
override COLUMN_STRIDE: u32 = COLUMNS + 1u;
override ROW_TILE: u32 = DEPTH * ROW_STRIDE;
override WEIGHT_TILE: u32 = DEPTH * 4u * COLUMN_STRIDE;

var<workgroup> tile_x: array<vec4f, ROW_TILE>; // [DEPTH][ROWS][16]
var<workgroup> tile_weight: array<vec4f, WEIGHT_TILE>; // [DEPTH][4][COLUMNS]

var<private> sum0: vec4f; var<private> sum1: vec4f; var<private> sum2: vec4f; var<private> sum3: vec4f;
var<private> sum4: vec4f; var<private> sum5: vec4f; var<private> sum6: vec4f; var<private> sum7: vec4f;

fn start_sums(value: vec4f) {
  sum0 = value; sum1 = value; sum2 = value; sum3 = value;
  sum4 = value; sum5 = value; sum6 = value; sum7 = value;
}

// Fetches the weights of DEPTH summed quads from `quad` on, and of the columns from `column` on; `base` is a block.
fn fetch_weights(base: u32, quad: u32, column: u32, thread: u32) {
  for (var i = thread; i < DEPTH * 4u * COLUMNS; i += COLUMNS * 16u) {
    // Neighbouring threads read neighbouring blocks.
    var s = i / (4u * COLUMNS);
    var c = i / 4u % COLUMNS;
    if (TRANSPOSED) {
      s = i / 4u % DEPTH;
      c = i / (4u * DEPTH);
    }
    var value = vec4f();
    if (quad + s < params.sumQuads && column + c < params.quads) {
      value = weight[(base + (quad + s) * params.sumStride + (column + c) * params.stride) * 4u + i % 4u];
    }
    tile_weight[(s * 4u + i % 4u) * COLUMN_STRIDE + c] = value;
  }
}

fn add_product(w: mat4x4f, x: vec4f, sum: vec4f) -> vec4f {
  return fma(w[0], vec4f(x.x), fma(w[1], vec4f(x.y), fma(w[2], vec4f(x.z), fma(w[3], vec4f(x.w), sum))));
}

// Adds the products of the tiles to the sums of thread (tx, ty).
fn multiply_tiles(tx: u32, ty: u32) {
  for (var s = 0u; s < DEPTH; s++) {
    let c = s * 4u * COLUMN_STRIDE + tx;
    var w = mat4x4f(
      tile_weight[c], tile_weight[c + COLUMN_STRIDE],
      tile_weight[c + 2u * COLUMN_STRIDE], tile_weight[c + 3u * COLUMN_STRIDE]);
    if (TRANSPOSED) { w = transpose(w); }
    let r = s * ROW_STRIDE + ty;
    sum0 = add_product(w, tile_x[r], sum0);
    sum1 = add_product(w, tile_x[r + 16u], sum1);
    sum2 = add_product(w, tile_x[r + 32u], sum2);
    sum3 = add_product(w, tile_x[r + 48u], sum3);
    if (ROWS == 8u) {
      sum4 = add_product(w, tile_x[r + 64u], sum4);
      sum5 = add_product(w, tile_x[r + 80u], sum5);
      sum6 = add_product(w, tile_x[r + 96u], sum6);
      sum7 = add_product(w, tile_x[r + 112u], sum7);
    }
  }
}
