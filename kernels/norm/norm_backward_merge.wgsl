// Second level of the batch-norm gradient: sums the chunks in order, and adds the sums to the gradients of gamma and
// beta.
// Bindings: partials read vec4f[chunks][2][C4]; sums write vec4f[2][C4], of dy and of dy * xhat; dgamma, dbeta read and
// written vec4f[C4].
// Grid: one thread per vec4f of channels, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partials: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dgamma: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> dbeta: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let c = (wid.x + wid.y * num.x) * 64u + lane;
  if (c >= C4) { return; }
  var sum = vec4f(0.0);
  var dot = vec4f(0.0);
  for (var chunk = 0u; chunk < (params.rows + 63u) / 64u; chunk++) {
    sum += partials[(chunk * 2u) * C4 + c];
    dot += partials[(chunk * 2u + 1u) * C4 + c];
  }
  sums[c] = sum;
  sums[C4 + c] = dot;
  dgamma[c] += dot;
  dbeta[c] += sum;
}
