// What the gradient of attention needs of each row and head: the log-sum-exp of its scores, and the inner product of y and dy.
// Bindings: y, dy read vec4f[count][HEAD4]; log_sums read f32[count]; statistics write vec2f[count].
// Grid: one thread per row and head, 64 per workgroup.
struct Params { count: u32 }
override HEAD4: u32; // vec4f of a head
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> y: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> log_sums: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<vec2f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  var sum = 0.0;
  for (var c = 0u; c < HEAD4; c++) { sum += dot(y[i * HEAD4 + c], dy[i * HEAD4 + c]); }
  statistics[i] = vec2f(log_sums[i], sum);
}
