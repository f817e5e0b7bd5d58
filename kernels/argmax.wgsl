// Class and confidence (softmax probability of the class) of each row; the first of equal logits wins.
// Bindings: logits read f32[rows][W]; labels write u32[rows]; confidence write f32[rows]. Grid: one thread a row, 64 a workgroup.
struct Params { rows: u32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> confidence: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var best = 0u;
  for (var c = 1u; c < C; c++) {
    if (logits[row * W + c] > logits[row * W + best]) { best = c; }
  }
  var sum = 0.0;
  for (var c = 0u; c < C; c++) { sum += exp(logits[row * W + c] - logits[row * W + best]); }
  labels[row] = best;
  confidence[row] = 1.0 / sum;
}
