// How many rows have a target: counted = the number of words that are below params.limit and differ from params.ignore.
// Losses divide by it, and so can write their gradients while they read their inputs for the first time.
// Bindings: targets read u32[rows]; counted write f32[1], exact below 2^24.
// Grid: one workgroup of 256 threads.
struct Params { rows: u32, limit: u32, ignore: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> counted: array<f32>;
var<workgroup> counts: array<u32, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) wid: vec3u, @builtin(local_invocation_index) lane: u32) {
  var count = 0u;
  for (var row = lane; row < params.rows; row += 256u) {
    let word = targets[row];
    count += u32(word < params.limit && word != params.ignore);
  }
  counts[lane] = count;
  for (var width = 128u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (lane < width) { counts[lane] += counts[lane + width]; }
  }
  if (lane == 0u) { counted[0] = f32(counts[0]); }
}
