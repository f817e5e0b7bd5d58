// dlogits = scale * (softmax - onehot) / counted; 0 in rows that are left out and in the padding.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; targets read u32[rows]; total read vec2f[1]: (mean loss, counted);
// dlogits write f32[rows][W].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, ignore: u32, scale: f32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<u32>;
@group(0) @binding(3) var<storage, read> total: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> dlogits: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  let label = targets[row];
  let counted = label != params.ignore && label < C;
  let top = row_top(row);
  let sum = exp_sum(row, top);
  let scale = select(0.0, params.scale / max(total[0].y, 1.0), counted);
  for (var c = 0u; c < W; c++) {
    let p = exp(logits[row * W + min(c, C - 1u)] - top) / sum;
    dlogits[row * W + c] = select(0.0, scale * (p - select(0.0, 1.0, c == label)), c < C);
  }
}
