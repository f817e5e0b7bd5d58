// The distillation term of each row: weight * (1 - cos(z, t - centre)); 0 for rows without a target. A product of norms
// below 1e-8 is raised to 1e-8, as PyTorch's cosine_similarity does. With GRADIENT also
//   dz = -scale * weight / counted * (t' / (|z||t'|) - cos * z / |z|^2) with t' = t - centre; 0 without a target.
// Bindings: z read vec4f[rows][D4]; t read quads[rows][D4]; weight read f32[rows], 0 without a target, and 1 in the mean of
// the others; centre read vec4f[D4]; counted read f32[1], the rows with a target, any buffer without GRADIENT; terms write
// vec2f[rows]: (term, weight); dz write vec4f[rows][D4], not written without GRADIENT.
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, scale: f32 }
override D4: u32;
override GRADIENT: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> t: array<stored_t>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> centre: array<vec4f>;
@group(0) @binding(5) var<storage, read> counted: array<f32>;
@group(0) @binding(6) var<storage, read_write> terms: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> dz: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  if (weight[row] == 0.0) {
    terms[row] = vec2f(0.0);
    if (GRADIENT) {
      for (var c = 0u; c < D4; c++) { dz[row * D4 + c] = vec4f(0.0); }
    }
    return;
  }
  var zt = 0.0;
  var zz = 0.0;
  var tt = 0.0;
  for (var c = 0u; c < D4; c++) {
    let a = z[row * D4 + c];
    let b = load_t(row * D4 + c) - centre[c];
    zt += dot(a, b);
    zz += dot(a, a);
    tt += dot(b, b);
  }
  let norms = sqrt(zz) * sqrt(tt);
  terms[row] = weight[row] * vec2f(1.0 - zt / max(norms, 1e-8), 1.0);
  if (GRADIENT) {
    let scale = -params.scale * weight[row] / max(counted[0], 1.0);
    let direct = scale / max(norms, 1e-8);
    // Below the floor the loss is linear in z and the second term vanishes.
    let radial = select(0.0, scale * zt / (norms * zz), norms > 1e-8);
    // Begins at 0: rule 15 in kernels/README.md.
    for (var c = row / params.rows; c < D4; c++) {
      dz[row * D4 + c] = direct * (load_t(row * D4 + c) - centre[c]) - radial * z[row * D4 + c];
    }
  }
}
