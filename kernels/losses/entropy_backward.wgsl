// dlogits = -scale * p * (log p + H); 0 in the padding.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; terms read vec2f[rows]: (H, 1); dlogits write f32[rows][W].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, scale: f32 } // scale: the weight of the loss / rows
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> terms: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> dlogits: array<f32>;

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
  let h = terms[row].x;
  for (var c = 0u; c < W; c++) {
    let logp = logits[row * W + min(c, C - 1u)] - top - log(sum);
    dlogits[row * W + c] = select(0.0, -params.scale * exp(logp) * (logp + h), c < C);
  }
}
