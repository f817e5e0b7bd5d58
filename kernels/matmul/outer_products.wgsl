// Shared text of the weight gradients: a thread's sums, in registers or close to them. What it loads of four rows of x and of dy
// meets all its weights, so that more weights spare loads, which are most of the time. The kernel declares rows `x` and `dy`,
// `partial`, array<mat4x4f>, and the params inputQuads and outputQuads.

override INPUT_QUADS: u32 = 4; // of the weights of a thread: 4, 8 or 12, or 1 for the narrow input of a stem
override OUTPUT_QUADS: u32 = 4; // 4, or with 8 of the input 8

// Four rows by four quads, transposed where they are of x.
struct Tiles { q0: mat4x4f, q1: mat4x4f, q2: mat4x4f, q3: mat4x4f }

// 16 x 16 weights, by quads of the input and of the output.
struct Block {
  w00: mat4x4f, w01: mat4x4f, w02: mat4x4f, w03: mat4x4f,
  w10: mat4x4f, w11: mat4x4f, w12: mat4x4f, w13: mat4x4f,
  w20: mat4x4f, w21: mat4x4f, w22: mat4x4f, w23: mat4x4f,
  w30: mat4x4f, w31: mat4x4f, w32: mat4x4f, w33: mat4x4f,
}

// The thread's blocks, by input and output.
var<private> block00: Block;
var<private> block01: Block;
var<private> block10: Block;
var<private> block11: Block;
var<private> block20: Block;

// Quad i of four rows of x, transposed; zero where `used` is 0.
fn tile_x(at: vec4u, i: u32, used: vec4f) -> mat4x4f {
  return transpose(mat4x4f(
    load_x(at.x + i) * used.x, load_x(at.y + i) * used.y, load_x(at.z + i) * used.z, load_x(at.w + i) * used.w));
}

fn tile_dy(at: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(load_dy(at.x + i), load_dy(at.y + i), load_dy(at.z + i), load_dy(at.w + i));
}

// Quads past the end repeat the last one; their sums are not stored.
fn tiles_x(at: vec4u, first: u32, used: vec4f) -> Tiles {
  let i = min(first + vec4u(0u, 1u, 2u, 3u), vec4u(params.inputQuads - 1u));
  var tiles: Tiles;
  tiles.q0 = tile_x(at, i.x, used);
  if (INPUT_QUADS > 1u) {
    tiles.q1 = tile_x(at, i.y, used);
    tiles.q2 = tile_x(at, i.z, used);
    tiles.q3 = tile_x(at, i.w, used);
  }
  return tiles;
}

fn tiles_dy(at: vec4u, first: u32) -> Tiles {
  let o = min(first + vec4u(0u, 1u, 2u, 3u), vec4u(params.outputQuads - 1u));
  return Tiles(tile_dy(at, o.x), tile_dy(at, o.y), tile_dy(at, o.z), tile_dy(at, o.w));
}

fn add_block(block: ptr<private, Block>, x: Tiles, y: Tiles) {
  (*block).w00 += y.q0 * x.q0; (*block).w01 += y.q1 * x.q0; (*block).w02 += y.q2 * x.q0; (*block).w03 += y.q3 * x.q0;
  if (INPUT_QUADS > 1u) {
    (*block).w10 += y.q0 * x.q1; (*block).w11 += y.q1 * x.q1; (*block).w12 += y.q2 * x.q1; (*block).w13 += y.q3 * x.q1;
    (*block).w20 += y.q0 * x.q2; (*block).w21 += y.q1 * x.q2; (*block).w22 += y.q2 * x.q2; (*block).w23 += y.q3 * x.q2;
    (*block).w30 += y.q0 * x.q3; (*block).w31 += y.q1 * x.q3; (*block).w32 += y.q2 * x.q3; (*block).w33 += y.q3 * x.q3;
  }
}

// Adds the products of four rows of x, which begin at `a`, and of dy, which begin at `b`.
fn add_products(a: vec4u, b: vec4u, input: u32, output: u32, used: vec4f) {
  let y0 = tiles_dy(b, output);
  var y1 = y0;
  if (OUTPUT_QUADS > 4u) { y1 = tiles_dy(b, output + 4u); }
  let x0 = tiles_x(a, input, used);
  add_block(&block00, x0, y0);
  if (OUTPUT_QUADS > 4u) { add_block(&block01, x0, y1); }
  if (INPUT_QUADS > 4u) {
    let x1 = tiles_x(a, input + 4u, used);
    add_block(&block10, x1, y0);
    if (OUTPUT_QUADS > 4u) { add_block(&block11, x1, y1); }
  }
  if (INPUT_QUADS > 8u) { add_block(&block20, tiles_x(a, input + 8u, used), y0); }
}

fn store_row(base: u32, input: u32, output: u32, w0: mat4x4f, w1: mat4x4f, w2: mat4x4f, w3: mat4x4f) {
  if (input >= params.inputQuads) { return; }
  let at = base + input * params.outputQuads + output;
  if (output < params.outputQuads) { partial[at] = w0; }
  if (output + 1u < params.outputQuads) { partial[at + 1u] = w1; }
  if (output + 2u < params.outputQuads) { partial[at + 2u] = w2; }
  if (output + 3u < params.outputQuads) { partial[at + 3u] = w3; }
}

fn store_block(base: u32, input: u32, output: u32, block: ptr<private, Block>) {
  store_row(base, input, output, (*block).w00, (*block).w01, (*block).w02, (*block).w03);
  if (INPUT_QUADS > 1u) {
    store_row(base, input + 1u, output, (*block).w10, (*block).w11, (*block).w12, (*block).w13);
    store_row(base, input + 2u, output, (*block).w20, (*block).w21, (*block).w22, (*block).w23);
    store_row(base, input + 3u, output, (*block).w30, (*block).w31, (*block).w32, (*block).w33);
  }
}

// Stores the sums, whose partial sum begins at block `base`.
fn store_sums(base: u32, input: u32, output: u32) {
  store_block(base, input, output, &block00);
  if (OUTPUT_QUADS > 4u) { store_block(base, input, output + 4u, &block01); }
  if (INPUT_QUADS > 4u) {
    store_block(base, input + 4u, output, &block10);
    if (OUTPUT_QUADS > 4u) { store_block(base, input + 4u, output + 4u, &block11); }
  }
  if (INPUT_QUADS > 8u) { store_block(base, input + 8u, output, &block20); }
}
