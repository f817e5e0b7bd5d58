// A teacher's output to feature rows: [channels][cells] or [tokens][channels] to [cells][channels padded to 4], less
// the cells of padding.
// Bindings: 1 x (read): f32; element (channel, row, column) at offset + channel * channel_stride + row * row_stride +
// column * column_stride; 2 y (write): vec4f [cells][columns], zero in the padding.
// Grid: one thread a cell and group of four channels, 64 a workgroup.
struct Params {
  cells: u32,
  channels: u32,
  columns: u32, // ceil(channels / 4)
  offset: u32,
  channel_stride: u32,
  map_columns: u32,
  row_stride: u32,
  column_stride: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3<u32>,
  @builtin(num_workgroups) num: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.cells * params.columns) {
    return;
  }
  let cell = i / params.columns;
  let first = 4u * (i % params.columns);
  let at = params.offset + cell / params.map_columns * params.row_stride +
    cell % params.map_columns * params.column_stride;
  var row = vec4<f32>();
  for (var k = 0u; k < 4u; k++) {
    if (first + k < params.channels) {
      row[k] = x[at + (first + k) * params.channel_stride];
    }
  }
  y[i] = row;
}
