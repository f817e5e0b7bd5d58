// Sparse convolution, output-stationary: y[o] = bias + sum over k of W[k] applied to x[source(o, k)]. With TRANSPOSED
// weights, over the transposed pair list, it is the gradient with respect to the input. Needs row_tiles.wgsl, and
// no_statistics.wgsl or conv_statistics.wgsl.
//
// The pairs of offset k and a tile of 64 output rows are one run of `entries` (source row << 6 | row % 64), and the runs
// of neighbouring tiles follow each other. A thread owns 16 columns of `span` (1 to 4) neighbouring tiles. No other
// thread touches these outputs, so there is neither a race nor a barrier, and every sum has one fixed order. The thread
// takes 16 pairs of one k at a time through all summed channels (four by four matrix products, as in gemm.wgsl) and
// adds the result to the rows of y.
//
// Bindings: x read vec4f[source rows * sumQuads]; weight read mat4x4f[volume * sumQuads * quads], packed as in
// gemm.wgsl; bias read vec4f[quads], unless hasBias is 0; entries read u32[]; offsets read u32[volume * tiles + 1];
// y read and written vec4f[rows * quads]. Launches with first > 0 add to what y holds.
// Grid: one thread per span of tiles and 16 columns, 8 per workgroup.
struct Params {
  rows: u32,
  tiles: u32,
  span: u32,
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
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> weight: array<mat4x4f>;
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
@group(0) @binding(4) var<storage, read> entries: array<u32>;
@group(0) @binding(5) var<storage, read> offsets: array<u32>;
@group(0) @binding(6) var<storage, read_write> y: array<vec4f>;

fn add(row: u32, column: u32, y0: vec4f, y1: vec4f, y2: vec4f, y3: vec4f) {
  let at = row * params.quads + column;
  y[at] += y0;
  if (column + 1u < params.quads) { y[at + 1u] += y1; }
  if (column + 2u < params.quads) { y[at + 2u] += y2; }
  if (column + 3u < params.quads) { y[at + 3u] += y3; }
}

// Output rows, from the first tile on, of four entries at positions p.
fn rows(entry: vec4u, p: vec4u, inner: vec3u) -> vec4u {
  let t = vec4u(p >= vec4u(inner.x)) + vec4u(p >= vec4u(inner.y)) + vec4u(p >= vec4u(inner.z));
  return (t << vec4u(6u)) | (entry & vec4u(63u));
}

@compute @workgroup_size(8)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let blocks = (params.quads + 3u) / 4u;
  let id = (wid.x + wid.y * num.x) * 8u + lane;
  var tile = id / blocks * params.span;
  if (tile >= params.tiles) { return; }
  let tile_end = min(tile + params.span, params.tiles);
  let column = id % blocks * 4u;
  // Columns past the end repeat the last one; they are not stored.
  let c = min(column + vec4u(0u, 1u, 2u, 3u), vec4u(params.quads - 1u));

  if (params.first == 0u) {
    var start = mat4x4f();
    if (params.hasBias != 0u) { start = mat4x4f(bias[c.x], bias[c.y], bias[c.z], bias[c.w]); }
    for (var row = tile * 64u; row < min(tile_end * 64u, params.rows); row++) {
      let at = row * params.quads;
      y[at + c.x] = start[0];
      y[at + c.y] = start[1];
      y[at + c.z] = start[2];
      y[at + c.w] = start[3];
    }
  }

  var k = params.first;
  var pair = 0u; // next pair of the runs of this k
  var end = 0u;
  var inner = vec3u(); // where the runs of the second to fourth tile begin
  var w_k = vec4u();
  loop {
    while (pair >= end && k < params.end) {
      let run = select(k, params.volume - 1u - k, params.mirrored != 0u) * params.tiles;
      pair = offsets[run + tile];
      end = offsets[run + tile_end];
      inner = vec3u(
        offsets[run + min(tile + 1u, tile_end)],
        offsets[run + min(tile + 2u, tile_end)],
        offsets[run + min(tile + 3u, tile_end)],
      );
      w_k = k * params.sumQuads * params.quads + c * params.stride;
      k++;
    }
    if (pair >= end) { break; }

    // Pairs past the end repeat the last one; they are not added.
    let last = vec4u(end - 1u);
    let p0 = min(pair + vec4u(0u, 1u, 2u, 3u), last);
    let p1 = min(pair + vec4u(4u, 5u, 6u, 7u), last);
    let p2 = min(pair + vec4u(8u, 9u, 10u, 11u), last);
    let p3 = min(pair + vec4u(12u, 13u, 14u, 15u), last);
    let e0 = vec4u(entries[p0.x], entries[p0.y], entries[p0.z], entries[p0.w]);
    let e1 = vec4u(entries[p1.x], entries[p1.y], entries[p1.z], entries[p1.w]);
    let e2 = vec4u(entries[p2.x], entries[p2.y], entries[p2.z], entries[p2.w]);
    let e3 = vec4u(entries[p3.x], entries[p3.y], entries[p3.z], entries[p3.w]);
    let a0 = (e0 >> vec4u(6u)) * params.sumQuads;
    let a1 = (e1 >> vec4u(6u)) * params.sumQuads;
    let a2 = (e2 >> vec4u(6u)) * params.sumQuads;
    let a3 = (e3 >> vec4u(6u)) * params.sumQuads;

    var y00 = mat4x4f(); var y01 = mat4x4f(); var y02 = mat4x4f(); var y03 = mat4x4f();
    var y10 = mat4x4f(); var y11 = mat4x4f(); var y12 = mat4x4f(); var y13 = mat4x4f();
    var y20 = mat4x4f(); var y21 = mat4x4f(); var y22 = mat4x4f(); var y23 = mat4x4f();
    var y30 = mat4x4f(); var y31 = mat4x4f(); var y32 = mat4x4f(); var y33 = mat4x4f();
    var w = w_k;
    for (var i = 0u; i < params.sumQuads; i++) {
      let w0 = block(w.x);
      let w1 = block(w.y);
      let w2 = block(w.z);
      let w3 = block(w.w);
      w += params.sumStride;
      let x0 = load(a0, i);
      y00 += w0 * x0; y01 += w1 * x0; y02 += w2 * x0; y03 += w3 * x0;
      let x1 = load(a1, i);
      y10 += w0 * x1; y11 += w1 * x1; y12 += w2 * x1; y13 += w3 * x1;
      let x2 = load(a2, i);
      y20 += w0 * x2; y21 += w1 * x2; y22 += w2 * x2; y23 += w3 * x2;
      let x3 = load(a3, i);
      y30 += w0 * x3; y31 += w1 * x3; y32 += w2 * x3; y33 += w3 * x3;
    }

    let r0 = rows(e0, pair + vec4u(0u, 1u, 2u, 3u), inner) + tile * 64u;
    let r1 = rows(e1, pair + vec4u(4u, 5u, 6u, 7u), inner) + tile * 64u;
    let r2 = rows(e2, pair + vec4u(8u, 9u, 10u, 11u), inner) + tile * 64u;
    let r3 = rows(e3, pair + vec4u(12u, 13u, 14u, 15u), inner) + tile * 64u;
    if (pair + 0u < end) { add(r0.x, column, y00[0], y01[0], y02[0], y03[0]); }
    if (pair + 1u < end) { add(r0.y, column, y00[1], y01[1], y02[1], y03[1]); }
    if (pair + 2u < end) { add(r0.z, column, y00[2], y01[2], y02[2], y03[2]); }
    if (pair + 3u < end) { add(r0.w, column, y00[3], y01[3], y02[3], y03[3]); }
    if (pair + 4u < end) { add(r1.x, column, y10[0], y11[0], y12[0], y13[0]); }
    if (pair + 5u < end) { add(r1.y, column, y10[1], y11[1], y12[1], y13[1]); }
    if (pair + 6u < end) { add(r1.z, column, y10[2], y11[2], y12[2], y13[2]); }
    if (pair + 7u < end) { add(r1.w, column, y10[3], y11[3], y12[3], y13[3]); }
    if (pair + 8u < end) { add(r2.x, column, y20[0], y21[0], y22[0], y23[0]); }
    if (pair + 9u < end) { add(r2.y, column, y20[1], y21[1], y22[1], y23[1]); }
    if (pair + 10u < end) { add(r2.z, column, y20[2], y21[2], y22[2], y23[2]); }
    if (pair + 11u < end) { add(r2.w, column, y20[3], y21[3], y22[3], y23[3]); }
    if (pair + 12u < end) { add(r3.x, column, y30[0], y31[0], y32[0], y33[0]); }
    if (pair + 13u < end) { add(r3.y, column, y30[1], y31[1], y32[1], y33[1]); }
    if (pair + 14u < end) { add(r3.z, column, y30[2], y31[2], y32[2], y33[2]); }
    if (pair + 15u < end) { add(r3.w, column, y30[3], y31[3], y32[3], y33[3]); }
    pair += 16u;
  }

  for (; tile < tile_end; tile++) {
    for (var i = 0u; i < 4u; i++) { leave_statistics(tile, column + i, vec2u()); }
  }
}
