// attention.wgsl for hardware: the keys and values that a tile meets pass through workgroup memory. Needs position_bias.wgsl and
// staged_keys.wgsl.
// Bindings: qkv read vec4f[rows][3][heads][HEAD4]; sequence read vec4i[rows], x, y, z and row of each position; tiles read
// vec4u[tiles], as in patch_tiles.ts; table read f32[3 m][heads padded to 4], unless BIAS is off; y write
// vec4f[rows][heads][HEAD4]; log_sums write f32[rows][heads].
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
@group(0) @binding(2) var<storage, read> sequence: array<vec4i>;
@group(0) @binding(3) var<storage, read> tiles: array<vec4u>;
@group(0) @binding(4) var<storage, read> table: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> log_sums: array<f32>;

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
  var sum: array<vec4f, 5>;
  for (var c = 0u; c < HEAD4; c++) {
    q[c] = params.scale * qkv[row * 3u * quads + head * HEAD4 + c];
    sum[c] = vec4f();
  }
  var largest = -1e30;
  var total = 0.0;
  let count = min(tile.w, params.patchRows);
  for (var begin = 0u; begin < count; begin += STAGE) {
    if (begin > 0u) { workgroupBarrier(); }
    let staged = min(STAGE, count - begin);
    stage_keys(tile.z + begin, staged, params.heads, head, thread);
    workgroupBarrier();
    // Four keys at a time, which spares exponentials; those past the end weigh nothing.
    for (var first = 0u; first < staged; first += 4u) {
      let source = first * HEAD4;
      var scores = vec4f();
      for (var c = 0u; c < HEAD4; c++) {
        scores += vec4f(
          dot(q[c], rows[source + c]),
          dot(q[c], rows[source + HEAD4 + c]),
          dot(q[c], rows[source + 2u * HEAD4 + c]),
          dot(q[c], rows[source + 3u * HEAD4 + c]),
        );
      }
      if (BIAS) {
        scores += vec4f(
          position_bias(query.xyz, places[first].xyz, head),
          position_bias(query.xyz, places[first + 1u].xyz, head),
          position_bias(query.xyz, places[first + 2u].xyz, head),
          position_bias(query.xyz, places[first + 3u].xyz, head),
        );
      }
      scores = select(vec4f(-1e30), scores, first + vec4u(0u, 1u, 2u, 3u) < vec4u(staged));
      let before = largest;
      largest = max(max(largest, max(scores.x, scores.y)), max(scores.z, scores.w));
      let decay = exp(before - largest);
      let weights = exp(scores - largest);
      total = total * decay + dot(weights, vec4f(1.0));
      let values = STAGE * HEAD4 + source;
      for (var c = 0u; c < HEAD4; c++) {
        sum[c] = sum[c] * decay + weights.x * rows[values + c] + weights.y * rows[values + HEAD4 + c] +
          weights.z * rows[values + 2u * HEAD4 + c] + weights.w * rows[values + 3u * HEAD4 + c];
      }
    }
  }
  if (thread >= tile.y) { return; }
  for (var c = 0u; c < HEAD4; c++) { y[row * quads + head * HEAD4 + c] = sum[c] / total; }
  log_sums[row * params.heads + head] = largest + log(total);
}
