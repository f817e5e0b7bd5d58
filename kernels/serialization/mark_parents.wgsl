// Where a new parent begins among sorted codes: 1 where a code without its lowest bits differs from the one before.
// Bindings: order read u32[count], rows sorted by code; low, high read u32[count], the codes; marks write u32[count + 1], of which
// the last is 0.
// Grid: one thread per mark, 64 per workgroup.
struct Params {
  count: u32,
  shift: u32, // bits that children of one parent differ in
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> low: array<u32>;
@group(0) @binding(3) var<storage, read> high: array<u32>;
@group(0) @binding(4) var<storage, read_write> marks: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i > params.count) { return; }
  var mark = 0u;
  if (i == 0u) {
    mark = 1u;
  } else if (i < params.count) {
    let a = order[i];
    let b = order[i - 1u];
    let difference = vec2u(low[a] ^ low[b], high[a] ^ high[b]);
    var left = difference.y;
    if (params.shift < 32u) {
      left |= difference.x >> params.shift;
    } else {
      left >>= params.shift - 32u;
    }
    mark = u32(left != 0u);
  }
  marks[i] = mark;
}
