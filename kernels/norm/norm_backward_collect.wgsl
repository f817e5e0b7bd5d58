// First level of the batch-norm gradient where g, the gradient of the norm, is needed as rows too: it is the sum of two
// terms (TWO), or it goes to a residual as well. g is dy, or dy + more; with RELU it is 0 where y is not positive.
// Otherwise as norm_backward_sums.wgsl.
// Bindings: x, y, dy, more read quads[rows][C4], where `more` may be any buffer without TWO, and y without RELU; mean,
// variance read vec4f[C4]; g write quads[rows][C4]; partials write vec4f[chunks][2][C4].
// Grid: one thread per chunk and vec4f of channels, 64 per workgroup.
struct Params { rows: u32, epsilon: f32 }
override C4: u32;
override RELU: bool = false;
override TWO: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> y: array<stored_y>;
@group(0) @binding(3) var<storage, read> dy: array<stored_dy>;
@group(0) @binding(4) var<storage, read> more: array<stored_more>;
@group(0) @binding(5) var<storage, read> mean: array<vec4f>;
@group(0) @binding(6) var<storage, read> variance: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> g: array<stored_g>;
@group(0) @binding(8) var<storage, read_write> partials: array<vec4f>;

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
  let inverse = 1.0 / sqrt(variance[c] + params.epsilon);
  let centre = mean[c];
  var sum = vec4f(0.0);
  var dot = vec4f(0.0);
  for (var row = first; row < min(first + 64u, params.rows); row++) {
    let at = row * C4 + c;
    var v = load_dy(at);
    if (TWO) { v += load_more(at); }
    if (RELU) { v = select(vec4f(0.0), v, load_y(at) > vec4f(0.0)); }
    store_g(at, v);
    sum += v;
    dot += v * (load_x(at) - centre) * inverse;
  }
  partials[(chunk * 2u) * C4 + c] = sum;
  partials[(chunk * 2u + 1u) * C4 + c] = dot;
}
