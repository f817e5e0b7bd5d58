// Attention within patches, the softmax taken online: y = softmax(scale q k^T + bias) v, and the log-sum-exp of each query's
// scores. For drivers that run on the CPU, where loads are dear: a key that was loaded meets four or sixteen queries.
// attention_tiled.wgsl is for GPUs. Needs position_bias.wgsl and four_rows.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; sequence read vec4i[rows], x, y, z and row of each position; tiles read
// vec4u[tiles], as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; y write
// vec4f[rows][heads][HEAD4]; log_sums write f32[rows][heads].
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
@group(0) @binding(2) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(3) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(4) var<storage, read> table: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> log_sums: array<f32>;

// Four queries of a thread, a column for each.
struct Queries {
  places: array<vec4i, 4>,
  q: array<mat4x4f, 5>,
  sum: array<mat4x4f, 5>,
  largest: vec4f,
  total: vec4f,
}

fn begin(queries: ptr<function, Queries>, tile: vec4u, first: u32, head: u32) {
  let quads = params.heads * HEAD4; // of a row of y
  // Positions past the end repeat the last one, and store the same again.
  let at = tile.x + min(first + vec4u(0u, 1u, 2u, 3u), vec4u(tile.y - 1u));
  (*queries).places = array<vec4i, 4>(sequence[at.x], sequence[at.y], sequence[at.z], sequence[at.w]);
  let own = rows_of((*queries).places) * 3u * quads + head * HEAD4;
  for (var c = 0u; c < HEAD4; c++) {
    (*queries).q[c] = params.scale * mat4x4f(qkv[own.x + c], qkv[own.y + c], qkv[own.z + c], qkv[own.w + c]);
    (*queries).sum[c] = mat4x4f();
  }
  (*queries).largest = vec4f(-1e30);
  (*queries).total = vec4f();
}

// Four keys at a time, which spares exponentials; those that are not used weigh nothing. A column of k and v for each.
fn meet(
  queries: ptr<function, Queries>,
  places: array<vec4i, 4>,
  k: ptr<function, array<mat4x4f, 5>>,
  v: ptr<function, array<mat4x4f, 5>>,
  used: vec4<bool>,
  head: u32,
) {
  // The scores of all queries with each key.
  var scores0 = vec4f();
  var scores1 = vec4f();
  var scores2 = vec4f();
  var scores3 = vec4f();
  for (var c = 0u; c < HEAD4; c++) {
    let q_c = (*queries).q[c];
    let k_c = (*k)[c];
    scores0 += k_c[0] * q_c;
    scores1 += k_c[1] * q_c;
    scores2 += k_c[2] * q_c;
    scores3 += k_c[3] * q_c;
  }
  if (BIAS) {
    scores0 += bias_of_queries((*queries).places, places[0], head);
    scores1 += bias_of_queries((*queries).places, places[1], head);
    scores2 += bias_of_queries((*queries).places, places[2], head);
    scores3 += bias_of_queries((*queries).places, places[3], head);
  }
  scores1 = select(vec4f(-1e30), scores1, used.y);
  scores2 = select(vec4f(-1e30), scores2, used.z);
  scores3 = select(vec4f(-1e30), scores3, used.w);
  let before = (*queries).largest;
  let largest = max(max(before, max(scores0, scores1)), max(scores2, scores3));
  let decay = exp(before - largest);
  let weights0 = exp(scores0 - largest);
  let weights1 = exp(scores1 - largest);
  let weights2 = exp(scores2 - largest);
  let weights3 = exp(scores3 - largest);
  (*queries).largest = largest;
  (*queries).total = (*queries).total * decay + weights0 + weights1 + weights2 + weights3;
  for (var c = 0u; c < HEAD4; c++) {
    let v_c = (*v)[c];
    (*queries).sum[c] = scaled_columns((*queries).sum[c], decay) + outer(v_c[0], weights0) + outer(v_c[1], weights1) +
      outer(v_c[2], weights2) + outer(v_c[3], weights3);
  }
}

fn finish(queries: ptr<function, Queries>, head: u32) {
  let rows = rows_of((*queries).places);
  let to = (rows * params.heads + head) * HEAD4;
  for (var c = 0u; c < HEAD4; c++) {
    let result = scaled_columns((*queries).sum[c], 1.0 / (*queries).total);
    y[to.x + c] = result[0];
    y[to.y + c] = result[1];
    y[to.z + c] = result[2];
    y[to.w + c] = result[3];
  }
  let log_sum = (*queries).largest + log((*queries).total);
  let numbers = rows * params.heads + head;
  log_sums[numbers.x] = log_sum.x;
  log_sums[numbers.y] = log_sum.y;
  log_sums[numbers.z] = log_sum.z;
  log_sums[numbers.w] = log_sum.w;
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
  for (var i = 0u; i < count; i += 4u) {
    // Keys past the end repeat the last one.
    let met = tile.z + min(i + vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u));
    let places = array<vec4i, 4>(sequence[met.x], sequence[met.y], sequence[met.z], sequence[met.w]);
    let keys = (rows_of(places) * 3u + 1u) * quads + head * HEAD4;
    let values = keys + quads;
    var k: array<mat4x4f, 5>;
    var v: array<mat4x4f, 5>;
    for (var c = 0u; c < HEAD4; c++) {
      k[c] = mat4x4f(qkv[keys.x + c], qkv[keys.y + c], qkv[keys.z + c], qkv[keys.w + c]);
      v[c] = mat4x4f(qkv[values.x + c], qkv[values.y + c], qkv[values.z + c], qkv[values.w + c]);
    }
    let used = i + vec4u(0u, 1u, 2u, 3u) < vec4u(count);
    meet(&queries0, places, &k, &v, used, head);
    if (FOURS > 1u) {
      meet(&queries1, places, &k, &v, used, head);
      meet(&queries2, places, &k, &v, used, head);
      meet(&queries3, places, &k, &v, used, head);
    }
  }
  finish(&queries0, head);
  if (FOURS > 1u) {
    finish(&queries1, head);
    finish(&queries2, head);
    finish(&queries3, head);
  }
}
