// gemm.wgsl for hardware: the same sums, params and bindings, by tiles in workgroup memory. Needs tiled_rows.wgsl.
//
// Bindings: x read quads[rows * sumQuads]; weight read vec4f[], the columns of blocks packed as in gemm.wgsl; bias read
// vec4f[quads], unless hasBias is 0; y write quads[rows * quads].
// Grid: one workgroup of COLUMNS x 16 threads per 16 ROWS rows and COLUMNS quads of columns, columns innermost.
override ROWS: u32 = 8u; // rows of a thread

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
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<stored_y>;

fn store(row: u32, column: u32, sum: vec4f) {
  if (row < params.rows && column < params.quads) { store_y(row * params.quads + column, sum); }
}

@compute @workgroup_size(COLUMNS, 16)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let blocks = (params.quads + COLUMNS - 1u) / COLUMNS;
  let id = wid.x + wid.y * num.x;
  let first = id / blocks * (ROWS * 16u);
  if (first >= params.rows) { return; }
  let column = id % blocks * COLUMNS;
  if (params.hasBias != 0u) { start_sums(bias[min(column + lid.x, params.quads - 1u)]); }

  for (var quad = 0u; quad < params.sumQuads; quad += DEPTH) {
    for (var i = thread; i < DEPTH * ROWS * 16u; i += COLUMNS * 16u) {
      let r = i / DEPTH;
      let q = quad + i % DEPTH;
      var value = vec4f();
      if (q < params.sumQuads && first + r < params.rows) { value = load_x((first + r) * params.sumQuads + q); }
      tile_x[i % DEPTH * ROW_STRIDE + r] = value;
    }
    fetch_weights(0u, quad, column, thread);
    workgroupBarrier();
    multiply_tiles(lid.x, lid.y);
    workgroupBarrier();
  }

  let row = first + lid.y;
  store(row, column + lid.x, sum0);
  store(row + 16u, column + lid.x, sum1);
  store(row + 32u, column + lid.x, sum2);
  store(row + 48u, column + lid.x, sum3);
  if (ROWS == 8u) {
    store(row + 64u, column + lid.x, sum4);
    store(row + 80u, column + lid.x, sum5);
    store(row + 96u, column + lid.x, sum6);
    store(row + 112u, column + lid.x, sum7);
  }
}
