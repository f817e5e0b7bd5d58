// Follows two lists of indices one after the other: out[i] = outer[inner[i]].
// Bindings: outer read u32[]; inner read u32[count]; out write u32[count].
// Grid: one thread per index, 64 per workgroup.
struct Params {
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> outer: array<u32>;
@group(0) @binding(2) var<storage, read> inner: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) {
    return;
  }
  out[i] = outer[inner[i]];
}
