// attention_query_gradient.wgsl for hardware: the keys and values that a tile meets pass through workgroup memory. Needs
// position_bias.wgsl and staged_keys.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; dy read vec4f[rows][heads][HEAD4]; statistics read vec2f[rows][heads], as
// attention_statistics.wgsl leaves them; sequence read vec4i[rows], x, y, z and row of each position; tiles read vec4u[tiles],
// as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; dqkv write vec4f[rows][3][heads][HEAD4],
// of which the first third.
// Grid: one workgroup per tile and head, heads innermost; one thread per position of the tile, 64 per workgroup.
struct Params {
  tiles: u32,
  heads: u32,
  scale: f32,
  reach: i32, // of the position bias
  patchRows: u32, // positions that one meets, at most
}
override HEAD4: u32; // vec4f of a head, at most 5: what a thread keeps in registers
override BIAS: bool = false;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(5) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<vec4f>;

var<workgroup> this_tile: vec4u;

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
  if (thread == 0u) { this_tile = tiles[id / params.heads]; }
  let tile = workgroupUniformLoad(&this_tile);
  // Threads past the end repeat the last query; theirs are not stored.
  let query = sequence[tile.x + min(thread, tile.y - 1u)];
  let row = u32(query.w);
  var q: array<vec4f, 5>;
  var g: array<vec4f, 5>;
  var sum: array<vec4f, 5>;
  for (var c = 0u; c < HEAD4; c++) {
    q[c] = params.scale * qkv[row * 3u * quads + head * HEAD4 + c];
    g[c] = dy[row * quads + head * HEAD4 + c];
    sum[c] = vec4f();
  }
  let known = statistics[row * params.heads + head];
  let count = min(tile.w, params.patchRows);
  for (var begin = 0u; begin < count; begin += STAGE) {
    if (begin > 0u) { workgroupBarrier(); }
    let staged = min(STAGE, count - begin);
    stage_keys(tile.z + begin, staged, params.heads, head, thread);
    workgroupBarrier();
    for (var i = 0u; i < staged; i++) {
      var score = 0.0;
      var d_weight = 0.0;
      for (var c = 0u; c < HEAD4; c++) {
        score += dot(q[c], rows[i * HEAD4 + c]);
        d_weight += dot(g[c], rows[(STAGE + i) * HEAD4 + c]);
      }
      if (BIAS) { score += position_bias(query.xyz, places[i].xyz, head); }
      let d_score = exp(score - known.x) * (d_weight - known.y);
      for (var c = 0u; c < HEAD4; c++) { sum[c] += d_score * rows[i * HEAD4 + c]; }
    }
  }
  if (thread >= tile.y) { return; }
  for (var c = 0u; c < HEAD4; c++) {
    dqkv[row * 3u * quads + head * HEAD4 + c] = params.scale * sum[c];
  }
}
