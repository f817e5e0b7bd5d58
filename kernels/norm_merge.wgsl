// Second level of batch statistics: merges the chunks in order (Chan, Golub & LeVeque 1979), and moves the
// running statistics by params.momentum (0 leaves them): the variance kept there is the unbiased one, as PyTorch has it.
// Bindings: partials read vec4f[chunks][2][C4]; mean, variance (biased), runningMean, runningVar write vec4f[C4].
// Grid: one thread a vec4f of channels, 64 a workgroup.
struct Params { rows: u32, momentum: f32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> variance: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> runningMean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> runningVar: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = (wid.x + wid.y * num.x) * 64u + lane;
  if (c >= C4) { return; }
  let chunks = (params.rows + 63u) / 64u;
  var centre = vec4f(0.0);
  var m2 = vec4f(0.0);
  var seen = 0.0;
  for (var chunk = 0u; chunk < chunks; chunk++) {
    let n = f32(min(64u, params.rows - chunk * 64u));
    let d = partials[(chunk * 2u) * C4 + c] - centre;
    let total = seen + n;
    centre += d * (n / total);
    m2 += partials[(chunk * 2u + 1u) * C4 + c] + d * d * (seen * n / total);
    seen = total;
  }
  mean[c] = centre;
  variance[c] = m2 / max(seen, 1.0);
  if (params.momentum > 0.0 && seen > 0.0) {
    runningMean[c] += params.momentum * (centre - runningMean[c]);
    runningVar[c] += params.momentum * (m2 / max(seen - 1.0, 1.0) - runningVar[c]);
  }
}
