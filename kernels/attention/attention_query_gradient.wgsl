// The gradient of attention with respect to queries: scores are computed again. For drivers that run on the CPU, where loads are
// dear: a key that was loaded meets four or sixteen queries. attention_query_gradient_tiled.wgsl is for GPUs. Needs position_bias.wgsl and
// four_rows.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; dy read vec4f[rows][heads][HEAD4]; statistics read vec2f[rows][heads], as
// attention_statistics.wgsl leaves them; sequence read vec4i[rows], x, y, z and row of each position; tiles read vec4u[tiles],
// as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; dqkv write vec4f[rows][3][heads][HEAD4],
// of which the first third.
// Grid: one thread per tile, head and group of 4 FOURS positions, groups innermost, 8 per workgroup: there are few threads
// and each runs long.
struct Params {
  tiles: u32,
  heads: u32,
  scale: f32,
  reach: i32, // of the position bias
  patchRows: u32, // positions that one meets, at most
  groups: u32, // of 4 FOURS positions in a tile, at most
}
override HEAD4: u32; // vec4f of a head, at most 5
override BIAS: bool = false;
override FOURS: u32 = 1; // 1 or 4
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(5) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<vec4f>;

// Four queries of a thread, a column for each.
struct Queries {
  places: array<vec4i, 4>,
  q: array<mat4x4f, 5>,
  g: array<mat4x4f, 5>,
  sum: array<mat4x4f, 5>,
  log_sum: vec4f,
  mean: vec4f, // of the gradients of their weights
}

fn begin(queries: ptr<function, Queries>, tile: vec4u, first: u32, head: u32) {
  let quads = params.heads * HEAD4; // of a row of y
  // Positions past the end repeat the last one, and store the same again.
  let at = tile.x + min(first + vec4u(0u, 1u, 2u, 3u), vec4u(tile.y - 1u));
  (*queries).places = array<vec4i, 4>(sequence[at.x], sequence[at.y], sequence[at.z], sequence[at.w]);
  let rows = rows_of((*queries).places);
  let own = rows * 3u * quads + head * HEAD4;
  let own_dy = rows * quads + head * HEAD4;
  for (var c = 0u; c < HEAD4; c++) {
    (*queries).q[c] = params.scale * mat4x4f(qkv[own.x + c], qkv[own.y + c], qkv[own.z + c], qkv[own.w + c]);
    (*queries).g[c] = mat4x4f(dy[own_dy.x + c], dy[own_dy.y + c], dy[own_dy.z + c], dy[own_dy.w + c]);
    (*queries).sum[c] = mat4x4f();
  }
  let numbers = rows * params.heads + head;
  let known = transpose(mat4x2f(
    statistics[numbers.x],
    statistics[numbers.y],
    statistics[numbers.z],
    statistics[numbers.w],
  ));
  (*queries).log_sum = known[0];
  (*queries).mean = known[1];
}

fn meet(
  queries: ptr<function, Queries>,
  place: vec4i,
  k: ptr<function, array<vec4f, 5>>,
  v: ptr<function, array<vec4f, 5>>,
  head: u32,
) {
  var scores = vec4f();
  var d_weights = vec4f();
  for (var c = 0u; c < HEAD4; c++) {
    scores += (*k)[c] * (*queries).q[c];
    d_weights += (*v)[c] * (*queries).g[c];
  }
  if (BIAS) { scores += bias_of_queries((*queries).places, place, head); }
  let d_scores = exp(scores - (*queries).log_sum) * (d_weights - (*queries).mean);
  for (var c = 0u; c < HEAD4; c++) { (*queries).sum[c] += outer((*k)[c], d_scores); }
}

fn finish(queries: ptr<function, Queries>, head: u32) {
  let own = (rows_of((*queries).places) * 3u * params.heads + head) * HEAD4;
  for (var c = 0u; c < HEAD4; c++) {
    let result = params.scale * (*queries).sum[c];
    dqkv[own.x + c] = result[0];
    dqkv[own.y + c] = result[1];
    dqkv[own.z + c] = result[2];
    dqkv[own.w + c] = result[3];
  }
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  let first = id % params.groups * 4u * FOURS;
  let head = id / params.groups % params.heads;
  let tile_index = id / params.groups / params.heads;
  if (tile_index >= params.tiles) { return; }
  let tile = tiles[tile_index];
  if (first >= tile.y) { return; }
  let quads = params.heads * HEAD4; // of a row of y
  var queries0: Queries;
  var queries1: Queries;
  var queries2: Queries;
  var queries3: Queries;
  begin(&queries0, tile, first, head);
  if (FOURS > 1u) {
    begin(&queries1, tile, first + 4u, head);
    begin(&queries2, tile, first + 8u, head);
    begin(&queries3, tile, first + 12u, head);
  }
  let count = min(tile.w, params.patchRows);
  for (var i = 0u; i < count; i++) {
    let place = sequence[tile.z + i];
    let source = (u32(place.w) * 3u + 1u) * quads + head * HEAD4;
    var k: array<vec4f, 5>;
    var v: array<vec4f, 5>;
    for (var c = 0u; c < HEAD4; c++) {
      k[c] = qkv[source + c];
      v[c] = qkv[source + quads + c];
    }
    meet(&queries0, place, &k, &v, head);
    if (FOURS > 1u) {
      meet(&queries1, place, &k, &v, head);
      meet(&queries2, place, &k, &v, head);
      meet(&queries3, place, &k, &v, head);
    }
  }
  finish(&queries0, head);
  if (FOURS > 1u) {
    finish(&queries1, head);
    finish(&queries2, head);
    finish(&queries3, head);
  }
}
