// Shannon entropy H of p = softmax(logits) by row, in nats. With GRADIENT also dlogits = -scale * p * (log p + H); 0 in
// the padding.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; terms write vec2f[rows]: (H, 1); dlogits write f32[rows][W], not written without
// GRADIENT.
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, scale: f32 } // scale: the weight of the loss / rows
override C: u32;
override W: u32;
override GRADIENT: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> terms: array<vec2f>;
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
  var sum = 0.0;
  var dot = 0.0;
  for (var c = 0u; c < C; c++) {
    let v = logits[row * W + c] - top;
    sum += exp(v);
    dot += exp(v) * v;
  }
  let h = log(sum) - dot / sum;
  terms[row] = vec2f(h, 1.0);
  if (GRADIENT) {
    for (var c = 0u; c < W; c++) {
      let logp = logits[row * W + min(c, C - 1u)] - top - log(sum);
      dlogits[row * W + c] = select(0.0, -params.scale * exp(logp) * (logp + h), c < C);
    }
  }
}
