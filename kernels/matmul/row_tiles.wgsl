// Shared text of gemm.wgsl, conv.wgsl and conv_narrow.wgsl: four rows of 16 or 32 columns as sums in registers. llvmpipe
// puts what it reads of a storage buffer together lane by lane, but reads uniforms at once: so weights are in a uniform
// buffer, and each quad of x is loaded once for as many columns as there are registers.
//
// The kernel declares `load_quad(row, i)`, quad i of the row of x that begins at `row`, `weight`, array<mat4x4f>, and
// `put(at, value)`, which stores a quad of y; and the params sumStride (from a block of weights to the next summed one), stride (to that of the next quad of columns),
// firstSum and endSum (quads that are summed), firstColumn and endColumn (quads of y).
override TRANSPOSED: bool = false; // multiply by W^T instead of W
override COLUMNS: u32 = 8; // quads of columns: 4 or 8

// By quads of columns; the columns of a matrix are the four rows.
struct Sums {
  y0: mat4x4f, y1: mat4x4f, y2: mat4x4f, y3: mat4x4f, y4: mat4x4f, y5: mat4x4f, y6: mat4x4f, y7: mat4x4f,
}

fn threads_of_row() -> u32 {
  return (params.endColumn - params.firstColumn + COLUMNS - 1u) / COLUMNS;
}

fn block(at: u32) -> mat4x4f {
  if (TRANSPOSED) { return transpose(weight[at]); }
  return weight[at];
}

// Adds the products of four rows of x, which begin at `rows`, by the weights from block `first` on.
fn add_products(sums: ptr<function, Sums>, rows: vec4u, first: u32, column: u32) {
  var w0 = blocks(first, column, 0u);
  var w1 = blocks(first, column, 4u);
  for (var i = params.firstSum; i < params.endSum; i++) {
    let quads = mat4x4f(load_quad(rows.x, i), load_quad(rows.y, i), load_quad(rows.z, i), load_quad(rows.w, i));
    add_product(sums, quads, w0, w1);
    w0 += params.sumStride;
    w1 += params.sumStride;
  }
}

// The blocks of four columns from the one that comes `ahead` of `column`. Columns past the end repeat the last one; they
// are not stored.
fn blocks(first: u32, column: u32, ahead: u32) -> vec4u {
  let last = vec4u(params.endColumn - 1u - column);
  return first + min(ahead + vec4u(0u, 1u, 2u, 3u), last) * params.stride;
}

// Adds the product of one quad of four rows by the blocks w0 and w1.
fn add_product(sums: ptr<function, Sums>, quads: mat4x4f, w0: vec4u, w1: vec4u) {
  (*sums).y0 += block(w0.x) * quads;
  (*sums).y1 += block(w0.y) * quads;
  (*sums).y2 += block(w0.z) * quads;
  (*sums).y3 += block(w0.w) * quads;
  if (COLUMNS > 4u) {
    (*sums).y4 += block(w1.x) * quads;
    (*sums).y5 += block(w1.y) * quads;
    (*sums).y6 += block(w1.z) * quads;
    (*sums).y7 += block(w1.w) * quads;
  }
}

// Puts row r of the sums, whose first quad belongs at `at`.
fn put_row(sums: ptr<function, Sums>, r: u32, at: u32, column: u32) {
  let count = params.endColumn - column;
  put(at, (*sums).y0[r]);
  if (count > 1u) { put(at + 1u, (*sums).y1[r]); }
  if (count > 2u) { put(at + 2u, (*sums).y2[r]); }
  if (count > 3u) { put(at + 3u, (*sums).y3[r]); }
  if (COLUMNS > 4u) {
    if (count > 4u) { put(at + 4u, (*sums).y4[r]); }
    if (count > 5u) { put(at + 5u, (*sums).y5[r]); }
    if (count > 6u) { put(at + 6u, (*sums).y6[r]); }
    if (count > 7u) { put(at + 7u, (*sums).y7[r]); }
  }
}
