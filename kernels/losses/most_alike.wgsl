// How alike a row and the rows of a class are at most: y[row][class] = the largest inner product of x[row] with the rows
// of the bank from starts[class] to starts[class + 1]; NONE for a class without rows. Padding is 0.
// Precondition: (starts[class + 1] - starts[class]) * D4 stays below the 65,535 iterations that lavapipe gives a thread.
// Bindings: x read vec4f[rows][D4]; bank read vec4f[bank][D4]; starts read u32[C + 1]; y write f32[rows][W].
// Grid: one thread per number of y, 64 per workgroup.
struct Params { rows: u32 }
const NONE = -1.0;
override D4: u32;
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> bank: array<vec4f>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * W) { return; }
  let row = i / W;
  let label = i % W;
  if (label >= C) {
    y[i] = 0.0;
    return;
  }
  var most = NONE;
  for (var j = starts[label]; j < starts[label + 1u]; j++) {
    var product = 0.0;
    for (var c = 0u; c < D4; c++) { product += dot(x[row * D4 + c], bank[j * D4 + c]); }
    most = max(most, product);
  }
  y[i] = most;
}
