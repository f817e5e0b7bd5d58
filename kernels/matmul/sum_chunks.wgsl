// total[i] = sum over the chunks, in order, of partial[chunk * count + i]; with ADD, added to what total holds. It is the
// second half of every split reduction: its bits do not depend on timing.
//
// Bindings: partial read vec4f[chunks * count]; total write (with ADD, read and written) vec4f[count].
// Grid: one thread per vec4f of total, 64 per workgroup.
override ADD: bool = false;

struct Params {
  count: u32,
  chunks: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> partial: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> total: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.count) { return; }
  var sum = vec4f();
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    sum += partial[chunk * params.count + i];
  }
  if (ADD) { total[i] += sum; } else { total[i] = sum; }
}
