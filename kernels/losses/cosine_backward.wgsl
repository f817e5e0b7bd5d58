// dz = -scale / counted * (t' / (|z||t'|) - cos * z / |z|^2) with t' = t - centre; 0 for rows without a target.
// Needs target_quad.wgsl.
// Bindings: z read vec4f[rows][D4]; t read f32 or, with HALF, f16 [rows][4 * D4]; weight read f32[rows]; centre read
// vec4f[D4]; total read vec2f[1]: (mean loss, counted); dz write vec4f[rows][D4].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, scale: f32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> z: array<vec4f>;
@group(0) @binding(2) var<storage, read> t: array<vec4u>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> centre: array<vec4f>;
@group(0) @binding(5) var<storage, read> total: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dz: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  if (weight[row] == 0.0) {
    for (var c = 0u; c < D4; c++) { dz[row * D4 + c] = vec4f(0.0); }
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
  let norms = sqrt(zz) * sqrt(tt);
  let scale = -params.scale / max(total[0].y, 1.0);
  let direct = scale / max(norms, 1e-8);
  // Below the floor the loss is linear in z and the second term vanishes.
  let radial = select(0.0, scale * zt / (norms * zz), norms > 1e-8);
  for (var c = 0u; c < D4; c++) {
    dz[row * D4 + c] = direct * (target_quad(row * D4 + c) - centre[c]) - radial * z[row * D4 + c];
  }
}
