// Shared text of gemm.wgsl and conv.wgsl: loads four rows of four channels, and a block of weights. The kernel declares
// `x`, array<vec4f>, and `weight`, array<mat4x4f>.
override TRANSPOSED: bool = false; // multiply by W^T instead of W

fn block(at: u32) -> mat4x4f {
  if (TRANSPOSED) { return transpose(weight[at]); }
  return weight[at];
}

fn load(at: vec4u, i: u32) -> mat4x4f {
  return mat4x4f(x[at.x + i], x[at.y + i], x[at.z + i], x[at.w + i]);
}
