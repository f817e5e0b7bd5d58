// y[row] = masked where mask[row] is not 0, otherwise unmasked. Either is rows (0), one row for all (1), or zeros (2), and
// then its binding is not read.
// Bindings: mask read u32[rows]; unmasked, masked read vec4f[rows or 1][C4]; y write vec4f[rows][C4].
// Grid: one thread per vec4f of y, 64 per workgroup.
struct Params { rows: u32 }
override C4: u32;
override UNMASKED: u32;
override MASKED: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mask: array<u32>;
@group(0) @binding(2) var<storage, read> unmasked: array<vec4f>;
@group(0) @binding(3) var<storage, read> masked: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * C4) { return; }
  var value = vec4f();
  if (mask[i / C4] != 0u) {
    if (MASKED < 2u) { value = masked[select(i, i % C4, MASKED == 1u)]; }
  } else {
    if (UNMASKED < 2u) { value = unmasked[select(i, i % C4, UNMASKED == 1u)]; }
  }
  y[i] = value;
}
