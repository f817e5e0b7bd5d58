// Adds one view's features to the targets of the voxels, in the order of each voxel's points, so that the bits are
// always the same. NEAREST takes the feature whose cell holds the pixel instead of blending the four cells around it.
// Bindings: projected read vec4f[points], of pair_project for this view; seen read u32[words][points]; share read
// f32[points], of pair_weigh; order read u32[points]; starts read u32[rows + 1]; features read
// vec4f[map rows * map columns][channels / 4]; values read and written vec4f[rows][channels / 4], zero before the first
// view.
// Grid: one thread per voxel and block of BLOCK groups of four channels, 64 per workgroup. A point's place in the map is
// computed once for each block.
override NEAREST: bool = false;
const BLOCK: u32 = 4u;
struct Params {
  scale: vec2f, // map cells a pixel: column = (u + 0.5) * scale.x - 0.5
  mapColumns: u32,
  mapRows: u32,
  rows: u32,
  columns: u32, // of four channels
  points: u32,
  view: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> projected: array<vec4f>;
@group(0) @binding(2) var<storage, read> seen: array<u32>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read> starts: array<u32>;
@group(0) @binding(6) var<storage, read> features: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> values: array<vec4f>;

// The four cells around a pixel, as first elements of their rows, and their weights.
struct Taps {
  rows: vec4u,
  weights: vec4f,
}

fn taps(uv: vec2f) -> Taps {
  let last = vec2f(f32(params.mapColumns - 1u), f32(params.mapRows - 1u));
  let cell = (uv + 0.5) * params.scale;
  var low = clamp(floor(cell), vec2f(0.0), last);
  var high = low;
  var t = vec2f(0.0);
  if (!NEAREST) {
    let at = clamp(cell - 0.5, vec2f(0.0), last);
    low = floor(at);
    high = min(low + 1.0, last);
    t = at - low;
  }
  let y = vec2u(u32(low.y), u32(high.y)) * params.mapColumns;
  let x = vec2u(u32(low.x), u32(high.x));
  let s = 1.0 - t;
  return Taps(
    vec4u(y.xx + x, y.yy + x) * params.columns,
    vec4f(s.x * s.y, t.x * s.y, s.x * t.y, t.x * t.y),
  );
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let blocks = (params.columns + BLOCK - 1u) / BLOCK;
  if (i >= params.rows * blocks) {
    return;
  }
  let row = i / blocks;
  let first = i % blocks * BLOCK;
  let count = min(BLOCK, params.columns - first);
  let word = params.view / 32u * params.points;
  let bit = 1u << (params.view % 32u);
  let end = starts[row + 1u];
  var sum: array<vec4f, BLOCK>;
  for (var at = starts[row]; at < end; at++) {
    let point = order[at];
    if ((seen[word + point] & bit) == 0u) {
      continue;
    }
    let cells = taps(projected[point].xy);
    let weights = share[point] * cells.weights;
    for (var k = 0u; k < count; k++) {
      let column = first + k;
      if (NEAREST) {
        sum[k] += share[point] * features[cells.rows.x + column];
      } else {
        sum[k] += weights.x * features[cells.rows.x + column] + weights.y * features[cells.rows.y + column] +
          weights.z * features[cells.rows.z + column] + weights.w * features[cells.rows.w + column];
      }
    }
  }
  for (var k = 0u; k < count; k++) {
    values[row * params.columns + first + k] += sum[k];
  }
}
