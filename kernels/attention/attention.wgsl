// Attention within patches, the softmax taken online: y = softmax(scale q k^T + bias) v, and the log-sum-exp of each query's
// scores. For drivers that run on the CPU, where loads are dear: a key that was loaded meets four queries.
// attention_tiled.wgsl is for GPUs. Needs position_bias.wgsl and four_rows.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; sequence read vec4i[rows], x, y, z and row of each position; tiles read
// vec4u[tiles], as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; y write
// vec4f[rows][heads][HEAD4]; log_sums write f32[rows][heads].
// Grid: one thread per tile, head and group of four positions, groups innermost, 8 per workgroup: there are few threads and
// each runs long.
struct Params {
  tiles: u32,
  heads: u32,
  scale: f32,
  reach: i32, // of the position bias
  patchRows: u32, // positions that one meets, at most
  groups: u32, // of four positions in a tile, at most
}
override HEAD4: u32; // vec4f of a head, at most 5
override BIAS: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(3) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(4) var<storage, read> table: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> log_sums: array<f32>;

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  let first = id % params.groups * 4u;
  let head = id / params.groups % params.heads;
  let tile_index = id / params.groups / params.heads;
  if (tile_index >= params.tiles) { return; }
  let tile = tiles[tile_index];
  if (first >= tile.y) { return; }
  let quads = params.heads * HEAD4; // of a row of y
  // Positions past the end repeat the last one, and store the same again.
  let at = tile.x + min(first + vec4u(0u, 1u, 2u, 3u), vec4u(tile.y - 1u));
  let query0 = sequence[at.x];
  let query1 = sequence[at.y];
  let query2 = sequence[at.z];
  let query3 = sequence[at.w];
  let rows = vec4u(vec4i(query0.w, query1.w, query2.w, query3.w));
  let own = rows * 3u * quads + head * HEAD4;
  // A column for each query.
  var q: array<mat4x4f, 5>;
  var sum: array<mat4x4f, 5>;
  for (var c = 0u; c < HEAD4; c++) {
    q[c] = params.scale * mat4x4f(qkv[own.x + c], qkv[own.y + c], qkv[own.z + c], qkv[own.w + c]);
    sum[c] = mat4x4f();
  }
  var largest = vec4f(-1e30);
  var total = vec4f();
  let count = min(tile.w, params.patchRows);
  // Four keys at a time, which spares exponentials; those past the end repeat the last one and weigh nothing.
  for (var i = 0u; i < count; i += 4u) {
    let met = tile.z + min(i + vec4u(0u, 1u, 2u, 3u), vec4u(count - 1u));
    let key0 = sequence[met.x];
    let key1 = sequence[met.y];
    let key2 = sequence[met.z];
    let key3 = sequence[met.w];
    let keys = (vec4u(vec4i(key0.w, key1.w, key2.w, key3.w)) * 3u + 1u) * quads + head * HEAD4;
    // The scores of all queries with each key.
    var scores0 = vec4f();
    var scores1 = vec4f();
    var scores2 = vec4f();
    var scores3 = vec4f();
    for (var c = 0u; c < HEAD4; c++) {
      let q_c = q[c];
      scores0 += qkv[keys.x + c] * q_c;
      scores1 += qkv[keys.y + c] * q_c;
      scores2 += qkv[keys.z + c] * q_c;
      scores3 += qkv[keys.w + c] * q_c;
    }
    if (BIAS) {
      scores0 += bias_of_queries(query0, query1, query2, query3, key0, head);
      scores1 += bias_of_queries(query0, query1, query2, query3, key1, head);
      scores2 += bias_of_queries(query0, query1, query2, query3, key2, head);
      scores3 += bias_of_queries(query0, query1, query2, query3, key3, head);
    }
    scores1 = select(vec4f(-1e30), scores1, i + 1u < count);
    scores2 = select(vec4f(-1e30), scores2, i + 2u < count);
    scores3 = select(vec4f(-1e30), scores3, i + 3u < count);
    let before = largest;
    largest = max(max(largest, max(scores0, scores1)), max(scores2, scores3));
    let decay = exp(before - largest);
    let weights0 = exp(scores0 - largest);
    let weights1 = exp(scores1 - largest);
    let weights2 = exp(scores2 - largest);
    let weights3 = exp(scores3 - largest);
    total = total * decay + weights0 + weights1 + weights2 + weights3;
    let values = keys + quads;
    for (var c = 0u; c < HEAD4; c++) {
      let before_c = sum[c];
      sum[c] = scaled_columns(before_c, decay) + outer(qkv[values.x + c], weights0) +
        outer(qkv[values.y + c], weights1) + outer(qkv[values.z + c], weights2) +
        outer(qkv[values.w + c], weights3);
    }
  }
  let to = rows * quads + head * HEAD4;
  for (var c = 0u; c < HEAD4; c++) {
    let result = scaled_columns(sum[c], 1.0 / total);
    y[to.x + c] = result[0];
    y[to.y + c] = result[1];
    y[to.z + c] = result[2];
    y[to.w + c] = result[3];
  }
  let log_sum = largest + log(total);
  let numbers = rows * params.heads + head;
  log_sums[numbers.x] = log_sum.x;
  log_sums[numbers.y] = log_sum.y;
  log_sums[numbers.z] = log_sum.z;
  log_sums[numbers.w] = log_sum.w;
}
