// Sum over classes of m log(m + 1e-8), with m the mean probability of a class: minus the entropy of the mean prediction.
// Bindings: sums read f32[C padded to 4], the probabilities summed over all rows; total write vec4f[1]: (loss, 1, 0, 0).
// Grid: one thread.
struct Params { inverseRows: f32 }
override C: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<vec4f>;

@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) wid: vec3u) {
  var loss = 0.0;
  for (var c = 0u; c < C; c++) {
    let m = sums[c] * params.inverseRows;
    loss += m * log(m + 1e-8);
  }
  total[0] = vec4f(loss, 1.0, 0.0, 0.0);
}
