// Sigmoid cross-entropy of each row over its cells. Target 0 is an empty cell; target 1 is an occupied one, which counts
// positiveWeight times; a cell of any other target is left out.
// Bindings: logits read f32[rows][W]; targets read u32[rows][K]; terms write vec2f[rows]: (weighted sum, weights).
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, positiveWeight: f32 }
override K: u32;
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
  var sum = vec2f(0.0);
  for (var c = 0u; c < K; c++) {
    let target_value = targets[row * K + c];
    if (target_value > 1u) { continue; }
    let l = logits[row * W + c];
    let weight = select(1.0, params.positiveWeight, target_value == 1u);
    let loss = max(l, 0.0) - select(0.0, l, target_value == 1u) + log(1.0 + exp(-abs(l)));
    sum += weight * vec2f(loss, 1.0);
  }
  terms[row] = sum;
}
