// dlogits = scale / counted * (mass * softmax - p) with mass = sum p; 0 in rows without a target and in the padding.
// Needs row_softmax.wgsl.
// Bindings: logits, p read f32[rows][W]; total read vec2f[1]: (mean loss, counted); dlogits write f32[rows][W].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, scale: f32 }
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read> p: array<f32>;
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
  let top = row_top(row);
  var sum = 0.0;
  var mass = 0.0;
  for (var c = 0u; c < C; c++) {
    sum += exp(logits[row * W + c] - top);
    mass += p[row * W + c];
  }
  let scale = params.scale / max(total[0].y, 1.0);
  for (var c = 0u; c < W; c++) {
    let at = row * W + min(c, C - 1u);
    dlogits[row * W + c] = select(0.0, scale * (mass * exp(logits[at] - top) / sum - p[at]), c < C);
  }
}
