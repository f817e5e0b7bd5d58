// Softmax cross-entropy of each row, by log-sum-exp less the row's maximum. With GRADIENT also
//   dlogits = scale * (softmax - onehot) / counted; 0 in rows that are left out and in the padding.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; targets read u32[rows], where params.ignore and every value >= C leave the row
// out; counted read f32[1], the rows that are not left out, any buffer without GRADIENT; terms write vec2f[rows]:
// (loss, counted); dlogits write f32[rows][W], not written without GRADIENT.
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, ignore: u32, scale: f32 }
override C: u32;
override W: u32;
override GRADIENT: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> counted: array<f32>;
@group(0) @binding(4) var<storage, read_write> terms: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dlogits: array<f32>;

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
    if (GRADIENT) {
      for (var c = 0u; c < W; c++) { dlogits[row * W + c] = 0.0; }
    }
    return;
  }
  let top = row_top(row);
  let sum = exp_sum(row, top);
  terms[row] = vec2f(top + log(sum) - logits[row * W + label], 1.0);
  if (GRADIENT) {
    let scale = params.scale / max(counted[0], 1.0);
    for (var c = 0u; c < W; c++) {
      let p = exp(logits[row * W + min(c, C - 1u)] - top) / sum;
      dlogits[row * W + c] = select(0.0, scale * (p - select(0.0, 1.0, c == label)), c < C);
    }
  }
}
