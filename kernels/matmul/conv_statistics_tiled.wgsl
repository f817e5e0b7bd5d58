// Shared text of a conv_tiled.wgsl that leaves statistics: mean and sum of squared deviations of each tile of 64 rows of
// y, while its sums are in workgroup memory. The last launch of a convolution leaves them.
// Bindings: partials write vec4f[tiles][2][quads].
@group(0) @binding(7) var<storage, read_write> partials: array<vec4f>;

// Thread (x, y) has four rows of its quad of columns: y, y + 16, y + 32, y + 48. Rows y and y + 16 of `sums` take what
// it adds up; they are its own. Every thread of the workgroup calls this.
fn leave_statistics(tile: u32, quad: u32, thread: vec2u) {
  if (params.end < params.volume) { return; }
  let count = min(64u, params.rows - tile * 64u);
  let own = thread.y * COLUMNS + thread.x;
  var rows = array<vec4f, 4>(
    sums[own], sums[own + 16u * COLUMNS], sums[own + 32u * COLUMNS], sums[own + 48u * COLUMNS]);
  var sum = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    if (thread.y + 16u * i < count) { sum += rows[i]; }
  }
  sums[own] = sum;
  workgroupBarrier();
  var mean = vec4f(0.0);
  for (var i = 0u; i < 16u; i++) { mean += sums[i * COLUMNS + thread.x]; }
  mean /= f32(count);
  var m2 = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) {
    let d = rows[i] - mean;
    if (thread.y + 16u * i < count) { m2 += d * d; }
  }
  sums[own + 16u * COLUMNS] = m2;
  workgroupBarrier();
  if (thread.y > 0u || quad >= params.quads) { return; }
  m2 = vec4f(0.0);
  for (var i = 16u; i < 32u; i++) { m2 += sums[i * COLUMNS + thread.x]; }
  partials[(tile * 2u) * params.quads + quad] = mean;
  partials[(tile * 2u + 1u) * params.quads + quad] = m2;
}
