// The mean of (value, counted) terms: total = (sum of values / sum of counts, sum of counts, 0, 0); zeros where nothing
// counts. One workgroup walks all rows in a fixed order and folds a tree, so the same terms give the same bits.
// Bindings: terms read vec2f[rows]; total write vec4f[1].
// Grid: one workgroup of 64 threads.
struct Params { rows: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> terms: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> total: array<vec4f>;
var<workgroup> sums: array<vec2f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = vec2f(0.0);
  for (var row = lane; row < params.rows; row += 64u) { sum += terms[row]; }
  sums[lane] = sum;
  for (var width = 32u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) { sums[lane] += sums[lane + width]; }
  }
  if (lane == 0u) {
    let s = sums[0];
    total[0] = vec4f(s.x / max(s.y, 1.0), s.y, 0.0, 0.0);
  }
}
