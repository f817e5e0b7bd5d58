// First level of batch statistics: mean and sum of squared deviations of each chunk of 64 rows. Two passes over the
// chunk keep float32 accurate where the mean is much larger than the deviation.
// Bindings: x read quads[rows][C4]; partials write vec4f[chunks][2][C4].
// Grid: one thread per chunk and vec4f of channels, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read_write> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let chunk = i / C4;
  let c = i % C4;
  let first = chunk * 64u;
  if (first >= params.rows) { return; }
  let end = min(first + 64u, params.rows);
  var mean = vec4f(0.0);
  for (var row = first; row < end; row++) { mean += load_x(row * C4 + c); }
  mean /= f32(end - first);
  var m2 = vec4f(0.0);
  for (var row = first; row < end; row++) {
    let d = load_x(row * C4 + c) - mean;
    m2 += d * d;
  }
  partials[(chunk * 2u) * C4 + c] = mean;
  partials[(chunk * 2u + 1u) * C4 + c] = m2;
}
