// conv.wgsl for hardware: the same sums over the same pair list, by tiles in workgroup memory. Needs tiled_rows.wgsl,
// and no_statistics.wgsl or conv_statistics_tiled.wgsl.
//
// A workgroup owns a tile of 64 output rows and COLUMNS quads of columns, whose sums are in workgroup memory. An offset
// has at most one pair for each row, so the pairs of an offset are one product of at most 64 gathered rows, and threads
// add its rows to the tile's without meeting. What every thread branches on is read by workgroupUniformLoad.
//
// Bindings: x read quads[source rows * sumQuads]; weight read vec4f[], the columns of blocks [volume][sumQuads][quads]
// packed as in gemm.wgsl; bias read vec4f[quads], unless hasBias is 0; entries read u32[];
// offsets read u32[volume * tiles + 1]; y read and written quads[rows * quads]. Launches with first > 0 add to what y
// holds.
// Grid: one workgroup of COLUMNS x 16 threads per tile and COLUMNS quads of columns, columns innermost.
const ROWS = 4u; // pairs of a thread

struct Params {
  rows: u32,
  tiles: u32,
  volume: u32,
  first: u32, // offsets k that this launch walks: first <= k < end
  end: u32,
  mirrored: u32, // 1: the pairs of k are listed at volume - 1 - k
  sumQuads: u32, // of the channels that are summed over
  quads: u32, // of the channels of y
  sumStride: u32, // from a block of weights to the next summed one
  stride: u32, // from a block of weights to the next column
  hasBias: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<stored_x>;
@group(0) @binding(2) var<storage, read> weight: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> entries: array<u32>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<stored_y>;

override SUM_TILE: u32 = 64u * COLUMNS;
var<workgroup> sums: array<vec4f, SUM_TILE>; // [64][COLUMNS]
var<workgroup> runs: array<vec2u, 64>; // first pair and number of pairs of 64 offsets
var<workgroup> pairs: array<u32, 64>; // the entries of one of them

fn add_sum(pair: u32, count: u32, tx: u32, sum: vec4f) {
  if (pair < count) { sums[(pairs[pair] & 63u) * COLUMNS + tx] += sum; }
}

@compute @workgroup_size(COLUMNS, 16)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_id) lid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let blocks = (params.quads + COLUMNS - 1u) / COLUMNS;
  let id = wid.x + wid.y * num.x;
  let tile = id / blocks;
  if (tile >= params.tiles) { return; }
  let column = id % blocks * COLUMNS;
  // Columns past the end repeat the last one; they are not stored.
  let c = min(column + lid.x, params.quads - 1u);

  var start = vec4f();
  if (params.hasBias != 0u) { start = bias[c]; }
  for (var r = lid.y; r < 64u; r += 16u) {
    let row = tile * 64u + r;
    if (params.first > 0u && row < params.rows) { start = load_y(row * params.quads + c); }
    sums[r * COLUMNS + lid.x] = start;
  }

  for (var k = params.first; k < params.end; k++) {
    let slot = (k - params.first) % 64u;
    if (slot == 0u) {
      workgroupBarrier();
      for (var i = thread; i < min(64u, params.end - k); i += COLUMNS * 16u) {
        let at = select(k + i, params.volume - 1u - k - i, params.mirrored != 0u) * params.tiles + tile;
        runs[i] = vec2u(offsets[at], offsets[at + 1u] - offsets[at]);
      }
    }
    let run = workgroupUniformLoad(&runs[slot]);
    let count = run.y;
    if (count == 0u) { continue; }
    for (var i = thread; i < count; i += COLUMNS * 16u) { pairs[i] = entries[run.x + i]; }
    workgroupBarrier();

    start_sums(vec4f());
    for (var quad = 0u; quad < params.sumQuads; quad += DEPTH) {
      if (quad > 0u) { workgroupBarrier(); }
      for (var i = thread; i < DEPTH * count; i += COLUMNS * 16u) {
        let pair = i / DEPTH;
        let q = quad + i % DEPTH;
        var value = vec4f();
        if (q < params.sumQuads) { value = load_x((pairs[pair] >> 6u) * params.sumQuads + q); }
        tile_x[i % DEPTH * ROW_STRIDE + pair % 4u * 16u + pair / 4u] = value;
      }
      fetch_weights(k * params.sumQuads * params.quads, quad, column, thread);
      workgroupBarrier();
      // Pairs past the end are not added.
      if (lid.y * 4u < count) { multiply_tiles(lid.x, lid.y); }
    }
    add_sum(lid.y * 4u, count, lid.x, sum0);
    add_sum(lid.y * 4u + 1u, count, lid.x, sum1);
    add_sum(lid.y * 4u + 2u, count, lid.x, sum2);
    add_sum(lid.y * 4u + 3u, count, lid.x, sum3);
  }

  workgroupBarrier();
  for (var r = lid.y; r < 64u; r += 16u) {
    let row = tile * 64u + r;
    if (row < params.rows && column + lid.x < params.quads) {
      store_y(row * params.quads + c, sums[r * COLUMNS + lid.x]);
    }
  }
  leave_statistics(tile, column + lid.x, lid.xy);
}
