// Cross-entropy of each row against a distribution p over the classes: -sum p log softmax(logits). A row of p that is
// zero has no target.
// Needs row_softmax.wgsl.
// Bindings: logits, p read f32[rows][W]; terms write vec2f[rows]: (loss, counted).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> p: array<f32>;
@group(0) @binding(3) var<storage, read_write> terms: array<vec2f>;

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
  let normaliser = top + log(sum);
  var loss = 0.0;
  var mass = 0.0;
  for (var c = 0u; c < C; c++) {
    loss += p[row * W + c] * (normaliser - logits[row * W + c]);
    mass += p[row * W + c];
  }
  terms[row] = select(vec2f(0.0), vec2f(loss, 1.0), mass > 0.0);
}
