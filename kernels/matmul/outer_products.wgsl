// Shared text of the weight gradients: loads four rows of x and of dy at a time, and stores a row of four blocks. The
// kernel declares rows `x` and `dy`, `partial`, array<mat4x4f>, and the params inputQuads and outputQuads.

// Four rows of x at quad i, transposed; zero where `used` is 0.
fn tile_x(at: vec4u, i: u32, used: vec4f) -> mat4x4f {
  return transpose(mat4x4f(
    load_x(at.x + i) * used.x, load_x(at.y + i) * used.y, load_x(at.z + i) * used.z, load_x(at.w + i) * used.w));
}

fn tile_dy(at: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(load_dy(at.x + i), load_dy(at.y + i), load_dy(at.z + i), load_dy(at.w + i));
}

fn store_row(input: u32, output: u32, base: u32, w0: mat4x4f, w1: mat4x4f, w2: mat4x4f, w3: mat4x4f) {
  if (input >= params.inputQuads) { return; }
  let at = base + input * params.outputQuads + output;
  partial[at] = w0;
  if (output + 1u < params.outputQuads) { partial[at + 1u] = w1; }
  if (output + 2u < params.outputQuads) { partial[at + 2u] = w2; }
  if (output + 3u < params.outputQuads) { partial[at + 3u] = w3; }
}
