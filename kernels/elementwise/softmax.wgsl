// p = softmax(logits) by row; 0 in the padding.
// Needs row_softmax.wgsl.
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
  let top = row_top(row);
  let sum = exp_sum(row, top);
  for (var c = 0u; c < W; c++) {
    p[row * W + c] = select(0.0, exp(logits[row * W + min(c, C - 1u)] - top) / sum, c < C);
  }
}
