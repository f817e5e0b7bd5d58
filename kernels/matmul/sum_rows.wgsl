// Column sums of rows, the gradient of a bias, as one partial sum for each chunk of rows; sum_chunks.wgsl adds the
// chunks in order.
//
// Bindings: x read quads[rows * quads]; partial write vec4f[chunks * quads].
// Grid: one thread per chunk and quad of columns, quads innermost, 64 per workgroup.
struct Params {
  rows: u32,
  chunkRows: u32,
  chunks: u32,
  quads: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 64u + lane;
  if (id >= params.chunks * params.quads) { return; }
  let chunk = id / params.quads;
  let column = id % params.quads;
  var sum = vec4f();
  for (
    var row = chunk * params.chunkRows;
    row < min((chunk + 1u) * params.chunkRows, params.rows);
    row++
  ) {
    sum += load_x(row * params.quads + column);
  }
  partial[id] = sum;
}
