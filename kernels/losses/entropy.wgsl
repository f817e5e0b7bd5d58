// Shannon entropy of softmax(logits) by row, in nats.
// Needs row_softmax.wgsl.
// Bindings: logits read f32[rows][W]; terms write vec2f[rows]: (entropy, 1).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> terms: array<vec2f>;

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
  terms[row] = vec2f(log(sum) - dot / sum, 1.0);
}
