// dlogits = scale * weight * (sigmoid(logit) - target) / sum of weights; 0 in cells that are left out and in the padding.
// Bindings: logits read f32[rows][W]; targets read u32[rows][K]; total read vec2f[1]: (mean loss, sum of weights);
// dlogits write f32[rows][W].
// Grid: one thread per logit, 64 per workgroup.
struct Params { rows: u32, positiveWeight: f32, scale: f32 }
override K: u32;
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
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * W) { return; }
  let cell = i % W;
  dlogits[i] = 0.0;
  if (cell >= K) { return; }
  let target_value = targets[i / W * K + cell];
  if (target_value > 1u) { return; }
  let weight = select(1.0, params.positiveWeight, target_value == 1u);
  let difference = 1.0 / (1.0 + exp(-logits[i])) - select(0.0, 1.0, target_value == 1u);
  dlogits[i] = params.scale / max(total[0].y, 1.0) * weight * difference;
}
