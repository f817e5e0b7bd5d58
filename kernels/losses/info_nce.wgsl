// InfoNCE of each row: log(exp(s+) + sum of exp(s)) - s+, with s+ = q . positive / T and s the row's similarities.
// Bindings: q, positives read vec4f[rows][D4]; s read vec4f[rows][quads]; terms write vec2f[rows]: (loss, 1);
// log_sums write f32[rows].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, quads: u32, inverseTemperature: f32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> positives: array<vec4f>;
@group(0) @binding(3) var<storage, read> s: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> terms: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> log_sums: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  var positive = 0.0;
  for (var c = 0u; c < D4; c++) { positive += dot(q[row * D4 + c], positives[row * D4 + c]); }
  positive *= params.inverseTemperature;
  let first = row * params.quads;
  var tops = vec4f(positive);
  for (var j = 0u; j < params.quads; j++) { tops = max(tops, s[first + j]); }
  let top = max(max(tops.x, tops.y), max(tops.z, tops.w));
  var sums = vec4f(0.0);
  for (var j = 0u; j < params.quads; j++) { sums += exp(s[first + j] - top); }
  let log_sum = top + log(exp(positive - top) + dot(sums, vec4f(1.0)));
  terms[row] = vec2f(log_sum - positive, 1.0);
  log_sums[row] = log_sum;
}
