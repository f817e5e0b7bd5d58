// The distillation term of each row: 1 - cos(z, t - centre); 0 for rows without a target. A product of norms below 1e-8
// is raised to 1e-8, as PyTorch's cosine_similarity does. Needs target_quad.wgsl.
// Bindings: z read vec4f[rows][D4]; t read f32 or, with HALF, f16 [rows][4 * D4]; weight read f32[rows], 0 without a
// target; centre read vec4f[D4]; terms write vec2f[rows]: (term, counted).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> t: array<vec4u>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> centre: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> terms: array<vec2f>;

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
    return;
  }
  var zt = 0.0;
  var zz = 0.0;
  var tt = 0.0;
  for (var c = 0u; c < D4; c++) {
    let a = z[row * D4 + c];
    let b = target_quad(row * D4 + c) - centre[c];
    zt += dot(a, b);
    zz += dot(a, a);
    tt += dot(b, b);
  }
  terms[row] = vec2f(1.0 - zt / max(sqrt(zz) * sqrt(tt), 1e-8), 1.0);
}
