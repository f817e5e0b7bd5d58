// Sparse convolution, output-stationary: y[o] = bias + sum over k of W[k] applied to x[source(o, k)]. With TRANSPOSED
// weights, over the transposed pair list, it is the gradient with respect to the input. Needs row_tiles.wgsl, and
// no_statistics.wgsl or conv_statistics.wgsl.
//
// The pairs of offset k and a tile of 64 output rows are one run of `entries` (source row << 6 | row % 64). A thread owns
// 4 COLUMNS columns of a tile. No other thread touches these outputs, so there is neither a race nor a
// barrier, and every sum has one fixed order. The thread takes four pairs of one k at a time through the summed channels
// and adds the result to the rows of y.
//
// A launch sees a window of the weights, which are packed as in gemm.wgsl for each k: some offsets, or a part of one.
//
// Bindings: x read quads[source rows * sumQuads]; weight uniform mat4x4f[]; bias read vec4f[quads], unless hasBias is 0;
// entries read u32[]; offsets read u32[volume * tiles + 1]; y read and written vec4f[rows * quads]. Launches with
// first > 0 or firstSum > 0 add to what y holds.
// Grid: one thread per tile and 4 COLUMNS columns, 8 per workgroup.
struct Params {
  rows: u32,
  tiles: u32,
  volume: u32,
  first: u32, // offsets k that this launch walks: first <= k < end
  end: u32,
  mirrored: u32, // 1: the pairs of k are listed at volume - 1 - k
  sumQuads: u32, // of the channels of x
  quads: u32, // of the channels of y
  sumStride: u32, // from a block of weights to the next summed one
  stride: u32, // from a block of weights to the next column
  firstBlock: u32, // in the window
  firstSum: u32, // quads that this launch sums over: firstSum <= i < endSum
  endSum: u32,
  firstColumn: u32, // quads of y that it makes
  endColumn: u32,
  hasBias: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<uniform> weight: array<mat4x4f, 1024>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> entries: array<u32>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

fn load_quad(row: u32, i: u32) -> vec4f { return load_x(row + i); }

fn put(at: u32, value: vec4f) { y[at] += value; }

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  let tile = id / threads_of_row();
  if (tile >= params.tiles) { return; }
  let column = params.firstColumn + id % threads_of_row() * COLUMNS;
  let end_column = min(column + COLUMNS, params.endColumn);

  if (params.first == 0u && params.firstSum == 0u) {
    for (var c = column; c < end_column; c++) {
      var start = vec4f();
      if (params.hasBias != 0u) { start = bias[c]; }
      for (var row = tile * 64u; row < min(tile * 64u + 64u, params.rows); row++) {
        y[row * params.quads + c] = start;
      }
    }
  }

  var k = params.first;
  var pair = 0u; // next pair of the run of this k
  var end = 0u;
  var first_block = 0u;
  loop {
    while (pair >= end && k < params.end) {
      let run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles;
      pair = offsets[run + tile];
      end = offsets[run + tile + 1u];
      first_block = params.firstBlock + (k - params.first) * params.sumQuads * params.quads +
        (column - params.firstColumn) * params.stride;
      k++;
    }
    if (pair >= end) { break; }

    // Pairs past the end repeat the last one; they are not added.
    let p = min(pair + vec4u(0u, 1u, 2u, 3u), vec4u(end - 1u));
    let entry = vec4u(entries[p.x], entries[p.y], entries[p.z], entries[p.w]);
    var sums = Sums();
    add_products(&sums, (entry >> vec4u(6u)) * params.sumQuads, first_block, column);
    let at = (tile * 64u + (entry & vec4u(63u))) * params.quads + column;
    put_row(&sums, 0u, at.x, column);
    if (pair + 1u < end) { put_row(&sums, 1u, at.y, column); }
    if (pair + 2u < end) { put_row(&sums, 2u, at.z, column); }
    if (pair + 3u < end) { put_row(&sums, 3u, at.w, column); }
    pair += 4u;
  }

  for (var c = column; c < end_column; c++) { leave_statistics(tile, c, vec2u()); }
}
