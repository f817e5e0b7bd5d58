// Brings a teacher's output, [channels][cells] or [tokens][channels], into feature rows [cells][channels padded to 4],
// without prefix tokens and cells of padding.
// Bindings: x read f32, with element (channel, row, column) at
// offset + channel * channelStride + row * rowStride + column * columnStride; y write vec4f[cells][columns], zero in
// the padding.
// Grid: one thread per cell and group of four channels, 64 per workgroup.
struct Params {
  cells: u32,
  channels: u32,
  columns: u32, // ceil(channels / 4)
  offset: u32,
  channelStride: u32,
  mapColumns: u32,
  rowStride: u32,
  columnStride: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.cells * params.columns) {
    return;
  }
  let cell = i / params.columns;
  let first = 4u * (i % params.columns);
  let at = params.offset + cell / params.mapColumns * params.rowStride +
    cell % params.mapColumns * params.columnStride;
  var row = vec4f();
  for (var k = 0u; k < 4u; k++) {
    if (first + k < params.channels) {
      row[k] = x[at + (first + k) * params.channelStride];
    }
  }
  y[i] = row;
}
