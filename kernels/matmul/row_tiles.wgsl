// Shared text of gemm.wgsl and conv.wgsl: four rows of 32 columns, or of 64 where WIDE, as sums in registers. llvmpipe
// puts what it reads of a storage buffer together lane by lane, but reads uniforms at once: so weights are in a uniform
// buffer, and each quad of x is loaded once for as many columns as there are registers.
//
// The kernel declares `x`, array<vec4f>, `weight`, array<mat4x4f>, and `put(at, value)`, which stores a quad of y; and
// the params sumStride (from a block of weights to the next summed one), stride (to that of the next quad of columns),
// firstSum and endSum (quads that are summed), firstColumn and endColumn (quads of y).
override TRANSPOSED: bool = false; // multiply by W^T instead of W
override WIDE: bool = false; // 64 columns instead of 32

// By quads of columns; the columns of a matrix are the four rows.
struct Sums {
  y0: mat4x4f, y1: mat4x4f, y2: mat4x4f, y3: mat4x4f, y4: mat4x4f, y5: mat4x4f, y6: mat4x4f, y7: mat4x4f,
  y8: mat4x4f, y9: mat4x4f, y10: mat4x4f, y11: mat4x4f, y12: mat4x4f, y13: mat4x4f, y14: mat4x4f, y15: mat4x4f,
}

// How many threads share a row, and the first quad of a thread's columns.
fn columns_of_thread() -> u32 { return select(8u, 16u, WIDE); }
fn threads_of_row() -> u32 {
  return (params.endColumn - params.firstColumn + columns_of_thread() - 1u) / columns_of_thread();
}

fn block(at: u32) -> mat4x4f {
  if (TRANSPOSED) { return transpose(weight[at]); }
  return weight[at];
}

// Adds the products of four rows of x, which begin at `rows`, by the weights from block `first` on.
fn add_products(sums: ptr<function, Sums>, rows: vec4u, first: u32, column: u32) {
  // Columns past the end repeat the last one; they are not stored.
  let last = vec4u(params.endColumn - 1u - column);
  var w0 = first + min(vec4u(0u, 1u, 2u, 3u), last) * params.stride;
  var w1 = first + min(vec4u(4u, 5u, 6u, 7u), last) * params.stride;
  var w2 = first + min(vec4u(8u, 9u, 10u, 11u), last) * params.stride;
  var w3 = first + min(vec4u(12u, 13u, 14u, 15u), last) * params.stride;
  for (var i = params.firstSum; i < params.endSum; i++) {
    let quad = mat4x4f(x[rows.x + i], x[rows.y + i], x[rows.z + i], x[rows.w + i]);
    (*sums).y0 += block(w0.x) * quad;
    (*sums).y1 += block(w0.y) * quad;
    (*sums).y2 += block(w0.z) * quad;
    (*sums).y3 += block(w0.w) * quad;
    (*sums).y4 += block(w1.x) * quad;
    (*sums).y5 += block(w1.y) * quad;
    (*sums).y6 += block(w1.z) * quad;
    (*sums).y7 += block(w1.w) * quad;
    w0 += params.sumStride;
    w1 += params.sumStride;
    if (WIDE) {
      (*sums).y8 += block(w2.x) * quad;
      (*sums).y9 += block(w2.y) * quad;
      (*sums).y10 += block(w2.z) * quad;
      (*sums).y11 += block(w2.w) * quad;
      (*sums).y12 += block(w3.x) * quad;
      (*sums).y13 += block(w3.y) * quad;
      (*sums).y14 += block(w3.z) * quad;
      (*sums).y15 += block(w3.w) * quad;
      w2 += params.sumStride;
      w3 += params.sumStride;
    }
  }
}

// Puts row r of the sums, whose first quad belongs at `at`.
fn put_row(sums: ptr<function, Sums>, r: u32, at: u32, column: u32) {
  let count = params.endColumn - column;
  put(at, (*sums).y0[r]);
  if (count > 1u) { put(at + 1u, (*sums).y1[r]); }
  if (count > 2u) { put(at + 2u, (*sums).y2[r]); }
  if (count > 3u) { put(at + 3u, (*sums).y3[r]); }
  if (count > 4u) { put(at + 4u, (*sums).y4[r]); }
  if (count > 5u) { put(at + 5u, (*sums).y5[r]); }
  if (count > 6u) { put(at + 6u, (*sums).y6[r]); }
  if (count > 7u) { put(at + 7u, (*sums).y7[r]); }
  if (WIDE) {
    if (count > 8u) { put(at + 8u, (*sums).y8[r]); }
    if (count > 9u) { put(at + 9u, (*sums).y9[r]); }
    if (count > 10u) { put(at + 10u, (*sums).y10[r]); }
    if (count > 11u) { put(at + 11u, (*sums).y11[r]); }
    if (count > 12u) { put(at + 12u, (*sums).y12[r]); }
    if (count > 13u) { put(at + 13u, (*sums).y13[r]); }
    if (count > 14u) { put(at + 14u, (*sums).y14[r]); }
    if (count > 15u) { put(at + 15u, (*sums).y15[r]); }
  }
}
