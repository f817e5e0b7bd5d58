// First level of the gradient of a layer norm's gamma and beta: sums of dy and of dy * xhat over each chunk of 64 rows;
// norm_backward_merge.wgsl adds the chunks.
// Bindings: x, dy read vec4f[rows][C4]; statistics read vec4f[rows], mean and 1 / deviation; partials write
// vec4f[chunks][2][C4].
// Grid: one thread per chunk and vec4f of channels, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> partials: array<vec4f>;

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
  var sum = vec4f();
  var dot = vec4f();
  for (var row = first; row < min(first + 64u, params.rows); row++) {
    let g = dy[row * C4 + c];
    let row_statistics = statistics[row];
    sum += g;
    dot += g * (x[row * C4 + c] - row_statistics.x) * row_statistics.y;
  }
  partials[(chunk * 2u) * C4 + c] = sum;
  partials[(chunk * 2u + 1u) * C4 + c] = dot;
}
