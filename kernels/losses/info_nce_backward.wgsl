// dq = scale * (sum of w k + (w+ - 1) positive), with the softmax weights w = exp(s - log_sum) and w+ = exp(-loss).
// Bindings: positives read vec4f[rows][D4]; keys read vec4f[keys][D4]; s read vec4f[rows][ceil(keys / 4)];
// terms read vec2f[rows]; log_sums read f32[rows]; dq write vec4f[rows][D4].
// Grid: one thread per vec4f of dq, 64 per workgroup.
struct Params { rows: u32, keys: u32, scale: f32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> positives: array<vec4f>;
@group(0) @binding(2) var<storage, read> keys: array<vec4f>;
@group(0) @binding(3) var<storage, read> s: array<vec4f>;
@group(0) @binding(4) var<storage, read> terms: array<vec2f>;
@group(0) @binding(5) var<storage, read> log_sums: array<f32>;
@group(0) @binding(6) var<storage, read_write> dq: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * D4) { return; }
  let row = i / D4;
  let column = i % D4;
  let quads = (params.keys + 3u) / 4u;
  var sum = (exp(-terms[row].x) - 1.0) * positives[i];
  for (var j = 0u; j < quads; j++) {
    let w = exp(s[row * quads + j] - log_sums[row]);
    // Columns past the end repeat the last key; their weight is zero.
    let key = min(j * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(params.keys - 1u)) * D4 + column;
    sum += w.x * keys[key.x] + w.y * keys[key.y] + w.z * keys[key.z] + w.w * keys[key.w];
  }
  dq[i] = params.scale * sum;
}
