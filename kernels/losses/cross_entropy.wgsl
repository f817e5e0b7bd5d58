// Softmax cross-entropy of each row, by log-sum-exp less the row's maximum.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; targets read u32[rows], where params.ignore and every value >= C leave the row
// out; terms write vec2f[rows]: (loss, counted).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, ignore: u32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read_write> terms: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  let label = targets[row];
  if (label == params.ignore || label >= C) {
    terms[row] = vec2f(0.0);
    return;
  }
  let top = row_top(row);
  let sum = exp_sum(row, top);
  terms[row] = vec2f(top + log(sum) - logits[row * W + label], 1.0);
}
