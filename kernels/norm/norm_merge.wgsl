// Second level of batch statistics: merges the chunks in order into one mean and variance, and moves the running
// statistics by params.momentum (0 leaves them). The running variance is the unbiased one, as in PyTorch.
//
// This kernel divides no uniform by another. Once uniforms repeat, lavapipe compiles a kernel again with them as
// constants and folds such a quotient exactly: the second run of a scan would differ in its last bit.
//
// The loops begin at c / C4, which is 0. If their length were known from uniforms alone, lavapipe would unroll them into
// a variant of the kernel at every dispatch, and keep it (250 KiB and 10 ms at 200 rows).
//
// Bindings: partials read vec4f[chunks][2][C4]; mean, variance (biased) write vec4f[C4]; running_mean, running_variance
// read and written vec4f[C4].
// Grid: one thread per vec4f of channels, 64 per workgroup.
struct Params {
  rows: u32,
  momentum: f32,
  inverseRows: f32, // 1 / max(rows, 1)
  inverseFreedom: f32, // 1 / max(rows - 1, 1)
}
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> mean: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> variance: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> running_mean: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> running_variance: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = (wid.x + wid.y * num.x) * 64u + lane;
  if (c >= C4) { return; }
  let chunks = (params.rows + 63u) / 64u;
  var sum = vec4f(0.0);
  for (var chunk = c / C4; chunk < chunks; chunk++) {
    sum += f32(min(64u, params.rows - chunk * 64u)) * partials[(chunk * 2u) * C4 + c];
  }
  let centre = sum * params.inverseRows;
  var m2 = vec4f(0.0);
  for (var chunk = c / C4; chunk < chunks; chunk++) {
    let d = partials[(chunk * 2u) * C4 + c] - centre;
    m2 += partials[(chunk * 2u + 1u) * C4 + c];
    m2 += f32(min(64u, params.rows - chunk * 64u)) * d * d;
  }
  mean[c] = centre;
  variance[c] = m2 * params.inverseRows;
  if (params.momentum > 0.0 && params.rows > 0u) {
    running_mean[c] += params.momentum * (centre - running_mean[c]);
    running_variance[c] += params.momentum * (m2 * params.inverseFreedom - running_variance[c]);
  }
}
