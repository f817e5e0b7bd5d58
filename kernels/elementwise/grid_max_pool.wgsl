// y[m] = the largest of x over the children of m, by channel.
// Bindings: x read vec4f[children][C4]; order read u32[children], children sorted by parent; starts read u32[rows + 1],
// where the children of each parent begin in it; y write vec4f[rows][C4].
// Grid: one thread per vec4f of y, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> starts: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  let parent = i / C4;
  let c = i % C4;
  let first = starts[parent];
  var best = x[order[first] * C4 + c];
  for (var at = first + 1u; at < starts[parent + 1u]; at++) {
    best = max(best, x[order[at] * C4 + c]);
  }
  y[i] = best;
}
