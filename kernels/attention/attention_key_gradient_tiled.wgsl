// attention_key_gradient.wgsl for hardware: the queries that a tile meets, and their gradients, pass through workgroup memory.
// Needs position_bias.wgsl.
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
override HEAD4: u32; // vec4f of a head, at most 5: what a thread keeps in registers
override BIAS: bool = false;
override SWEEPS: u32 = 1u; // over the queries; of two, the first makes dk and the second dv, which takes fewer registers
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(5) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<vec4f>;

const STAGE = 32u; // positions in workgroup memory at a time
override STAGED: u32 = STAGE * 2u * HEAD4;
var<workgroup> this_tile: vec4u;
var<workgroup> rows: array<vec4f, STAGED>; // [2][STAGE][HEAD4], queries and their gradients
var<workgroup> known: array<vec2f, STAGE>;
var<workgroup> places: array<vec4i, STAGE>;

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
  // Threads past the end repeat the last key; theirs are not stored.
  let key = sequence[tile.x + min(thread, tile.y - 1u)];
  let to = (u32(key.w) * 3u + 1u) * quads + head * HEAD4;
  var k: array<vec4f, 5>;
  var v: array<vec4f, 5>;
  for (var c = 0u; c < HEAD4; c++) {
    k[c] = params.scale * qkv[to + c];
    v[c] = qkv[to + quads + c];
  }
  // A borrowed key meets the queries of two patches.
  let count = min(tile.w, 2u * params.patchRows);
  for (var sweep = 0u; sweep < SWEEPS; sweep++) {
    let values_alone = sweep == 1u;
    var sum: array<vec4f, 5>; // dk; dv in the second sweep
    var dv: array<vec4f, 5>;
    for (var c = 0u; c < HEAD4; c++) {
      sum[c] = vec4f();
      dv[c] = vec4f();
    }
    for (var begin = 0u; begin < count; begin += STAGE) {
      if (begin > 0u || sweep > 0u) { workgroupBarrier(); }
      let staged = min(STAGE, count - begin);
      for (var i = thread; i < staged * HEAD4; i += 64u) {
        let row = u32(sequence[tile.z + begin + i / HEAD4].w);
        let c = head * HEAD4 + i % HEAD4;
        rows[i] = qkv[row * 3u * quads + c];
        rows[STAGE * HEAD4 + i] = dy[row * quads + c];
      }
      if (thread < staged) {
        let query = sequence[tile.z + begin + thread];
        known[thread] = statistics[u32(query.w) * params.heads + head];
        places[thread] = query;
      }
      workgroupBarrier();
      for (var i = 0u; i < staged; i++) {
        var score = 0.0;
        var d_weight = 0.0;
        for (var c = 0u; c < HEAD4; c++) {
          score += dot(k[c], rows[i * HEAD4 + c]);
          if (!values_alone) { d_weight += dot(v[c], rows[(STAGE + i) * HEAD4 + c]); }
        }
        if (BIAS) { score += position_bias(places[i].xyz, key.xyz, head); }
        let weight = exp(score - known[i].x);
        let factor = select(weight * (d_weight - known[i].y), weight, values_alone);
        let source = select(i, STAGE + i, values_alone) * HEAD4;
        for (var c = 0u; c < HEAD4; c++) {
          sum[c] += factor * rows[source + c];
          if (SWEEPS == 1u) { dv[c] += weight * rows[(STAGE + i) * HEAD4 + c]; }
        }
      }
    }
    if (thread < tile.y) {
      for (var c = 0u; c < HEAD4; c++) {
        if (values_alone) {
          dqkv[to + quads + c] = sum[c];
        } else {
          dqkv[to + c] = params.scale * sum[c];
          if (SWEEPS == 1u) { dqkv[to + quads + c] = dv[c]; }
        }
      }
    }
  }
}
