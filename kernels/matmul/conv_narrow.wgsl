// The same as conv.wgsl, without a bias, for one quad of summed channels: the stem of a network. There, conv.wgsl would
// spend its time on loads and stores of y, once for each pair. A thread takes four rows of its tile at a time through all
// offsets and keeps their sums in registers. Where only some of the four have a source, the others add zero, which changes
// no bit. Needs row_tiles.wgsl, and no_statistics.wgsl or conv_statistics.wgsl.
//
// Bindings: x read quads[source rows]; weight uniform mat4x4f[]; entries read u32[]; offsets read
// u32[volume * tiles + 1]; found read vec2u[volume * tiles], where bit r says that row r of the tile has a source;
// y read and written vec4f[rows * quads]. Launches with first > 0 add to what y holds.
// Grid: one thread per tile and 4 COLUMNS columns, 8 per workgroup.
struct Params {
  rows: u32,
  tiles: u32,
  volume: u32,
  first: u32, // offsets k that this launch walks: first <= k < end
  end: u32,
  mirrored: u32, // 1: the pairs of k are listed at volume - 1 - k
  sumQuads: u32, // 1
  quads: u32, // of the channels of y
  sumStride: u32, // from a block of weights to the next summed one
  stride: u32, // from a block of weights to the next column
  firstBlock: u32, // in the window
  firstSum: u32, // quads that this launch sums over: firstSum <= i < endSum
  endSum: u32,
  firstColumn: u32, // quads of y that it makes
  endColumn: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<uniform> weight: array<mat4x4f, 1024>;
@group(0) @binding(3) var<storage, read> entries: array<u32>;
@group(0) @binding(4) var<storage, read> offsets: array<u32>;
@group(0) @binding(5) var<storage, read> found: array<vec2u>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

fn load_quad(row: u32, i: u32) -> vec4f { return load_x(row + i); }

fn put(at: u32, value: vec4f) { y[at] = value; }

// The source of row r of four, or zero. `has` has a bit for each row; `pair` is the first pair of the four.
fn source(pair: u32, has: u32, r: u32) -> vec4f {
  if (((has >> r) & 1u) == 0u) { return vec4f(); }
  return load_x(entries[pair + countOneBits(has & ((1u << r) - 1u))] >> 6u);
}

// What four rows of a quad of columns begin with.
fn start(rows: vec4u, column: u32) -> mat4x4f {
  if (params.first == 0u) { return mat4x4f(); }
  let at = rows * params.quads + min(column, params.endColumn - 1u);
  return mat4x4f(y[at.x], y[at.y], y[at.z], y[at.w]);
}

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

  let first_block = params.firstBlock + (column - params.firstColumn) * params.stride;
  let w0 = blocks(first_block, column, 0u);
  let w1 = blocks(first_block, column, 4u);
  for (var row = tile * 64u; row < min(tile * 64u + 64u, params.rows); row += 4u) {
    // Rows past the end repeat the last one; they have no sources and are not stored.
    let rows = min(row + vec4u(0u, 1u, 2u, 3u), vec4u(params.rows - 1u));
    var sums: Sums;
    sums.y0 = start(rows, column);
    sums.y1 = start(rows, column + 1u);
    sums.y2 = start(rows, column + 2u);
    sums.y3 = start(rows, column + 3u);
    if (COLUMNS > 4u) {
      sums.y4 = start(rows, column + 4u);
      sums.y5 = start(rows, column + 5u);
      sums.y6 = start(rows, column + 6u);
      sums.y7 = start(rows, column + 7u);
    }
    let bit = row & 31u;
    let upper = (row & 32u) != 0u;
    var k = params.first; // next offset
    loop {
      var run = 0u;
      var bits = vec2u();
      var has = 0u;
      while (has == 0u && k < params.end) {
        run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles + tile;
        bits = found[run];
        has = (select(bits.x, bits.y, upper) >> bit) & 15u;
        k++;
      }
      if (has == 0u) { break; }
      // Of the rows before these.
      let below = select(bits.x, bits.y, upper) & ((1u << bit) - 1u);
      let pair = offsets[run] + countOneBits(below) + select(0u, countOneBits(bits.x), upper);
      let quads = mat4x4f(
        source(pair, has, 0u), source(pair, has, 1u), source(pair, has, 2u), source(pair, has, 3u));
      let ahead = (k - 1u - params.first) * params.quads;
      add_product(&sums, quads, w0 + ahead, w1 + ahead);
    }
    let at = row * params.quads + column;
    put_row(&sums, 0u, at, column);
    if (row + 1u < params.rows) { put_row(&sums, 1u, at + params.quads, column); }
    if (row + 2u < params.rows) { put_row(&sums, 2u, at + 2u * params.quads, column); }
    if (row + 3u < params.rows) { put_row(&sums, 3u, at + 3u * params.quads, column); }
  }

  for (var c = column; c < end_column; c++) { leave_statistics(tile, c, vec2u()); }
}
