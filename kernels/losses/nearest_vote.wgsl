// The class on which the nearest neighbours of a row agree: the argmax of the mean probabilities of those NEIGHBOURS
// rows of a bank that have the largest inner product with it. Of equal products the smaller row is nearer; of equal
// votes the smaller class wins.
// Precondition: bank * (D4 + NEIGHBOURS + 1) stays below the 65,535 iterations that lavapipe gives a thread.
// Bindings: x read vec4f[rows][D4]; bank read vec4f[bank][D4]; p read f32[bank][W], softmax; labels write u32[rows].
// Grid: one thread per row, 64 per workgroup.
struct Params { rows: u32, bank: u32 }
const NEIGHBOURS = 10u;
override D4: u32;
override C: u32;
override W: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> bank: array<vec4f>;
@group(0) @binding(3) var<storage, read> p: array<f32>;
@group(0) @binding(4) var<storage, read_write> labels: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.rows) { return; }
  // The nearest so far, best first.
  var value: array<f32, NEIGHBOURS>;
  var index: array<u32, NEIGHBOURS>;
  for (var k = 0u; k < NEIGHBOURS; k++) { value[k] = -1e30; }
  for (var j = 0u; j < params.bank; j++) {
    var s = 0.0;
    for (var c = 0u; c < D4; c++) { s += dot(x[row * D4 + c], bank[j * D4 + c]); }
    var candidate = j;
    if (s > value[NEIGHBOURS - 1u]) {
      for (var k = 0u; k < NEIGHBOURS; k++) {
        if (s > value[k]) {
          let v = value[k];
          let i = index[k];
          value[k] = s;
          index[k] = candidate;
          s = v;
          candidate = i;
        }
      }
    }
  }
  let found = min(NEIGHBOURS, params.bank);
  var best = 0u;
  var most = -1.0;
  for (var c = 0u; c < C; c++) {
    var votes = 0.0;
    for (var k = 0u; k < found; k++) { votes += p[index[k] * W + c]; }
    if (votes > most) {
      most = votes;
      best = c;
    }
  }
  labels[row] = best;
}
