// p = softmax(logits) by row; 0 in the padding.
// Bindings: logits read f32[rows][W]; p write f32[rows][W].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> p: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var top = logits[row * W];
  for (var c = 1u; c < C; c++) { top = max(top, logits[row * W + c]); }
  var sum = 0.0;
  for (var c = 0u; c < C; c++) { sum += exp(logits[row * W + c] - top); }
  for (var c = 0u; c < W; c++) {
    p[row * W + c] = select(0.0, exp(logits[row * W + min(c, C - 1u)] - top) / sum, c < C);
  }
}
