// The gradient of the position bias as partial sums, one for each chunk of a tile's queries; sum_chunks.wgsl adds them in
// order. Needs position_bias.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; dy read vec4f[rows][heads][HEAD4]; statistics read vec2f[rows][heads], as
// attention_statistics.wgsl leaves them; sequence read vec4i[rows], x, y, z and row of each position; tiles read vec4u[tiles],
// as in patch_tiles.ts; table read f32[3 m][heads padded to 4]; partial write
// f32[tiles * chunks][3 m][heads padded to 4].
// Grid: one thread per chunk and head, heads padded to 4 and innermost, 64 per workgroup.
struct Params {
  tiles: u32,
  heads: u32,
  scale: f32,
  reach: i32, // of the position bias
  patchRows: u32, // positions that one meets, at most
  chunks: u32, // of a tile
  chunkQueries: u32,
}
override HEAD4: u32; // vec4f of a head
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(2) var<storage, read> dy: array<vec4f>;
@group(0) @binding(3) var<storage, read> statistics: array<vec2f>;
@group(0) @binding(4) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(5) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(6) var<storage, read> table: array<f32>;
@group(0) @binding(7) var<storage, read_write> partial: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let id = (wid.x + wid.y * num.x) * 64u + lane;
  let width = (params.heads + 3u) / 4u * 4u;
  let chunk = id / width;
  if (chunk >= params.tiles * params.chunks) { return; }
  let head = id % width;
  let entries = 3u * u32(2 * params.reach + 1);
  let to = chunk * entries * width + head;
  // Begins at 0: rule 12 in kernels/README.md.
  for (var i = chunk / (params.tiles * params.chunks); i < entries; i++) { partial[to + i * width] = 0.0; }
  if (head >= params.heads) { return; }

  let quads = params.heads * HEAD4; // of a row of y
  let tile = tiles[chunk / params.chunks];
  let begin = chunk % params.chunks * params.chunkQueries;
  let end = min(begin + params.chunkQueries, tile.y);
  let count = min(tile.w, params.patchRows);
  for (var at = begin; at < end; at++) {
    let query = sequence[tile.x + at];
    let row = u32(query.w);
    let source_q = row * 3u * quads + head * HEAD4;
    let source_dy = row * quads + head * HEAD4;
    let known = statistics[row * params.heads + head];
    for (var i = 0u; i < count; i++) {
      let key = sequence[tile.z + i];
      let source = (u32(key.w) * 3u + 1u) * quads + head * HEAD4;
      var score = 0.0;
      var d_weight = 0.0;
      for (var c = 0u; c < HEAD4; c++) {
        score += dot(qkv[source_q + c], qkv[source + c]);
        d_weight += dot(dy[source_dy + c], qkv[source + quads + c]);
      }
      score = params.scale * score + position_bias(query.xyz, key.xyz, head);
      let d_score = exp(score - known.x) * (d_weight - known.y);
      let entry = to + bias_entries(query.xyz, key.xyz) * width;
      partial[entry.x] += d_score;
      partial[entry.y] += d_score;
      partial[entry.z] += d_score;
    }
  }
}
