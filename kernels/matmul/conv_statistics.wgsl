// Shared text of a conv.wgsl that leaves statistics: mean and sum of squared deviations of each tile of 64 rows of y, as
// norm_stats.wgsl makes them, but while the rows are in the cache. The last launch of a convolution leaves them.
// Bindings: partials write vec4f[tiles][2][quads].
@group(0) @binding(7) var<storage, read_write> partials: array<vec4f>;

// For one quad of columns of a tile, all of whose rows this thread made.
fn leave_statistics(tile: u32, quad: u32, thread: vec2u) {
  if (params.end < params.volume || params.endSum < params.sumQuads) { return; }
  let first = tile * 64u;
  let end = min(first + 64u, params.rows);
  var mean = vec4f(0.0);
  for (var row = first; row < end; row++) { mean += y[row * params.quads + quad]; }
  mean /= f32(end - first);
  var m2 = vec4f(0.0);
  for (var row = first; row < end; row++) {
    let d = y[row * params.quads + quad] - mean;
    m2 += d * d;
  }
  partials[(tile * 2u) * params.quads + quad] = mean;
  partials[(tile * 2u + 1u) * params.quads + quad] = m2;
}
