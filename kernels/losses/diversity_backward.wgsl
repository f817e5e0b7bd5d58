// dlogits = scale * p (g - sum of p g), with g = log(m + 1e-8) + m / (m + 1e-8) and m the mean probability of a class.
// Bindings: p read f32[rows][W], softmax; sums read f32[W], p summed over all rows; dlogits write f32[rows][W], 0 in the
// padding.
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, inverseRows: f32, scale: f32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> p: array<f32>;
@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> dlogits: array<f32>;

fn slope(c: u32) -> f32 {
  let m = sums[c] * params.inverseRows;
  return log(m + 1e-8) + m / (m + 1e-8);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var mean = 0.0;
  for (var c = 0u; c < C; c++) { mean += p[row * W + c] * slope(c); }
  // Begins at 0: rule 15 in kernels/README.md.
  for (var c = row / params.rows; c < W; c++) {
    // p is zero in the padding.
    dlogits[row * W + c] = params.scale * p[row * W + c] * (slope(min(c, C - 1u)) - mean);
  }
}
