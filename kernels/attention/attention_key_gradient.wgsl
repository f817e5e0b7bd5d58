// The gradient of attention with respect to keys and values: a key sums over its queries, those of its own patch and those of
// the patch that borrows it, so no two threads add to one place. For drivers that run on the CPU, where loads are dear: a query
// that was loaded meets four or sixteen keys. attention_key_gradient_tiled.wgsl is for GPUs. Needs position_bias.wgsl and four_rows.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; dy read vec4f[rows][heads][HEAD4]; statistics read vec2f[rows][heads], as
// attention_statistics.wgsl leaves them; sequence read vec4i[rows], x, y, z and row of each position; tiles read vec4u[tiles],
// as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; dqkv write vec4f[rows][3][heads][HEAD4],
// of which the second and the last third.
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

// Four keys of a thread, a column for each.
struct Keys {
  places: array<vec4i, 4>,
  k: array<mat4x4f, 5>,
  v: array<mat4x4f, 5>,
  dk: array<mat4x4f, 5>,
  dv: array<mat4x4f, 5>,
}

fn begin(keys: ptr<function, Keys>, tile: vec4u, first: u32, head: u32) {
  let quads = params.heads * HEAD4; // of a row of y
  // Positions past the end repeat the last one, and store the same again.
  let at = tile.x + min(first + vec4u(0u, 1u, 2u, 3u), vec4u(tile.y - 1u));
  (*keys).places = array<vec4i, 4>(sequence[at.x], sequence[at.y], sequence[at.z], sequence[at.w]);
  let own = (rows_of((*keys).places) * 3u + 1u) * quads + head * HEAD4;
  let own_v = own + quads;
  for (var c = 0u; c < HEAD4; c++) {
    (*keys).k[c] = params.scale * mat4x4f(qkv[own.x + c], qkv[own.y + c], qkv[own.z + c], qkv[own.w + c]);
    (*keys).v[c] = mat4x4f(qkv[own_v.x + c], qkv[own_v.y + c], qkv[own_v.z + c], qkv[own_v.w + c]);
    (*keys).dk[c] = mat4x4f();
    (*keys).dv[c] = mat4x4f();
  }
}

fn meet(
  keys: ptr<function, Keys>,
  place: vec4i,
  q: ptr<function, array<vec4f, 5>>,
  g: ptr<function, array<vec4f, 5>>,
  known: vec2f,
  head: u32,
) {
  var scores = vec4f();
  var d_weights = vec4f();
  for (var c = 0u; c < HEAD4; c++) {
    scores += (*q)[c] * (*keys).k[c];
    d_weights += (*g)[c] * (*keys).v[c];
  }
  if (BIAS) { scores += bias_of_keys(place, (*keys).places, head); }
  let weights = exp(scores - known.x);
  let d_scores = weights * (d_weights - known.y);
  for (var c = 0u; c < HEAD4; c++) {
    (*keys).dk[c] += outer((*q)[c], d_scores);
    (*keys).dv[c] += outer((*g)[c], weights);
  }
}

fn finish(keys: ptr<function, Keys>, head: u32) {
  let quads = params.heads * HEAD4;
  let own = (rows_of((*keys).places) * 3u + 1u) * quads + head * HEAD4;
  let own_v = own + quads;
  for (var c = 0u; c < HEAD4; c++) {
    let result_k = params.scale * (*keys).dk[c];
    dqkv[own.x + c] = result_k[0];
    dqkv[own.y + c] = result_k[1];
    dqkv[own.z + c] = result_k[2];
    dqkv[own.w + c] = result_k[3];
    let result_v = (*keys).dv[c];
    dqkv[own_v.x + c] = result_v[0];
    dqkv[own_v.y + c] = result_v[1];
    dqkv[own_v.z + c] = result_v[2];
    dqkv[own_v.w + c] = result_v[3];
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
  var keys0: Keys;
  var keys1: Keys;
  var keys2: Keys;
  var keys3: Keys;
  begin(&keys0, tile, first, head);
  if (FOURS > 1u) {
    begin(&keys1, tile, first + 4u, head);
    begin(&keys2, tile, first + 8u, head);
    begin(&keys3, tile, first + 12u, head);
  }
  // A borrowed key meets the queries of two patches.
  let count = min(tile.w, 2u * params.patchRows);
  for (var i = 0u; i < count; i++) {
    let place = sequence[tile.z + i];
    let source = u32(place.w) * 3u * quads + head * HEAD4;
    let source_dy = u32(place.w) * quads + head * HEAD4;
    let known = statistics[u32(place.w) * params.heads + head];
    var q: array<vec4f, 5>;
    var g: array<vec4f, 5>;
    for (var c = 0u; c < HEAD4; c++) {
      q[c] = qkv[source + c];
      g[c] = dy[source_dy + c];
    }
    meet(&keys0, place, &q, &g, known, head);
    if (FOURS > 1u) {
      meet(&keys1, place, &q, &g, known, head);
      meet(&keys2, place, &q, &g, known, head);
      meet(&keys3, place, &q, &g, known, head);
    }
  }
  finish(&keys0, head);
  if (FOURS > 1u) {
    finish(&keys1, head);
    finish(&keys2, head);
    finish(&keys3, head);
  }
}
