// y = x W + bias by rows (linear layers, 1x1x1 convolutions), or with TRANSPOSED x = y W^T, the gradient with respect to
// x. Needs row_tiles.wgsl.
//
// Weights are packed: blocks [cin/4][cout/4] of mat4x4f whose column i is W[4 ci + i][4 co .. 4 co + 3]. A launch sees a
// window of them. Where they do not fit one, launches make some columns of y each, or, CONTINUED, add the products of
// some summed channels to the y of the launch before.
//
// Bindings: x read quads[rows * sumQuads]; weight uniform mat4x4f[]; bias read vec4f[quads], unless hasBias is 0;
// y write vec4f[rows * quads], with CONTINUED, read and written.
// Grid: one thread per block of 4 rows and 4 COLUMNS columns, 32 per workgroup.
override CONTINUED: bool = false; // sums begin with what y holds

struct Params {
  rows: u32,
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
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

fn load_quad(row: u32, i: u32) -> vec4f { return load_x(row + i); }

fn put(at: u32, value: vec4f) { y[at] = value; }

// What four rows of a quad of columns begin with.
fn start(rows: vec4u, column: u32) -> mat4x4f {
  let c = min(column, params.endColumn - 1u);
  if (CONTINUED) {
    let at = rows * params.quads + c;
    return mat4x4f(y[at.x], y[at.y], y[at.z], y[at.w]);
  }
  if (params.hasBias == 0u) { return mat4x4f(); }
  let b = bias[c];
  return mat4x4f(b, b, b, b);
}

@compute @workgroup_size(32)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 32u + lane;
  let row = id / threads_of_row() * 4u;
  if (row >= params.rows) { return; }
  let column = params.firstColumn + id % threads_of_row() * COLUMNS;

  // Rows past the end repeat the last one; they are not stored.
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
  let first = params.firstBlock + (column - params.firstColumn) * params.stride;
  add_products(&sums, rows * params.sumQuads, first, column);
  let at = row * params.quads + column;
  put_row(&sums, 0u, at, column);
  if (row + 1u < params.rows) { put_row(&sums, 1u, at + params.quads, column); }
  if (row + 2u < params.rows) { put_row(&sums, 2u, at + 2u * params.quads, column); }
  if (row + 3u < params.rows) { put_row(&sums, 3u, at + 3u * params.quads, column); }
}
