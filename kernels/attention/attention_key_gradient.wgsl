// The gradient of attention with respect to keys and values: a key sums over its queries, those of its own patch and those of
// the patch that borrows it, so no two threads add to one place. For drivers that run on the CPU;
// attention_key_gradient_tiled.wgsl is for GPUs. Needs position_bias.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; dy read vec4f[rows][heads][HEAD4]; statistics read vec2f[rows][heads], as
// attention_statistics.wgsl leaves them; sequence read vec4i[rows], x, y, z and row of each position; tiles read vec4u[tiles],
// as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; dqkv write vec4f[rows][3][heads][HEAD4],
// of which the second and the last third.
// Grid: one workgroup per tile and head, heads innermost; one thread per position of the tile, 64 per workgroup.
struct Params {
  tiles: u32,
  heads: u32,
  scale: f32,
  reach: i32, // of the position bias
  patchRows: u32, // positions that one meets, at most
}
override HEAD4: u32; // vec4f of a head, at most 4: what a thread keeps in registers
override BIAS: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(5) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let id = wid.x + wid.y * num.x;
  if (id >= params.tiles * params.heads) { return; }
  let head = id % params.heads;
  let quads = params.heads * HEAD4; // of a row of y
  let tile = tiles[id / params.heads];
  if (thread >= tile.y) { return; }
  let key = sequence[tile.x + thread];
  let row = u32(key.w);
  let to = (row * 3u + 1u) * quads + head * HEAD4;
  var k: array<vec4f, 4>;
  var v: array<vec4f, 4>;
  var dk: array<vec4f, 4>;
  var dv: array<vec4f, 4>;
  for (var c = 0u; c < HEAD4; c++) {
    k[c] = params.scale * qkv[to + c];
    v[c] = qkv[to + quads + c];
    dk[c] = vec4f();
    dv[c] = vec4f();
  }
  // A borrowed key meets the queries of two patches.
  let count = min(tile.w, 2u * params.patchRows);
  for (var i = 0u; i < count; i++) {
    let query = sequence[tile.z + i];
    let source = u32(query.w) * 3u * quads + head * HEAD4;
    let source_dy = u32(query.w) * quads + head * HEAD4;
    let known = statistics[u32(query.w) * params.heads + head];
    var score = 0.0;
    var d_weight = 0.0;
    for (var c = 0u; c < HEAD4; c++) {
      score += dot(k[c], qkv[source + c]);
      d_weight += dot(v[c], dy[source_dy + c]);
    }
    if (BIAS) { score += position_bias(query.xyz, key.xyz, head); }
    let weight = exp(score - known.x);
    let d_score = weight * (d_weight - known.y);
    for (var c = 0u; c < HEAD4; c++) {
      dk[c] += d_score * qkv[source + c];
      dv[c] += weight * dy[source_dy + c];
    }
  }
  for (var c = 0u; c < HEAD4; c++) {
    dqkv[to + c] = params.scale * dk[c];
    dqkv[to + quads + c] = dv[c];
  }
}
