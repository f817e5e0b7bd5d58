// Adds one view's features to the targets of the voxels, in the order of each voxel's points: the same bits
// every time.
// Bindings: 1 projected (read): vec4f [points] of pair_project for this view; 2 seen (read): u32
// [words][points]; 3 share (read): f32 [points] of pair_weigh; 4 order (read): u32 [points]; 5 starts
// (read): u32 [rows + 1]; 6 features (read): vec4f [map rows * map columns][channels / 4]; 7 values (write):
// vec4f [rows][channels / 4], zero before the first view.
// Grid: one thread a voxel and group of four channels, 64 a workgroup.
// NEAREST takes the feature whose cell holds the pixel instead of blending the four around it.
override NEAREST: bool = false;
struct Params {
  scale: vec2<f32>, // map cells a pixel: column = (u + 0.5) * scale.x - 0.5
  map_columns: u32,
  map_rows: u32,
  rows: u32,
  columns: u32, // of four channels
  points: u32,
  view: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> projected: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> seen: array<u32>;
@group(0) @binding(3) var<storage, read> share: array<f32>;
@group(0) @binding(4) var<storage, read> order: array<u32>;
@group(0) @binding(5) var<storage, read> starts: array<u32>;
@group(0) @binding(6) var<storage, read> features: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> values: array<vec4<f32>>;

fn feature(x: f32, y: f32, column: u32) -> vec4<f32> {
  return features[(u32(y) * params.map_columns + u32(x)) * params.columns + column];
}

fn sample(uv: vec2<f32>, column: u32) -> vec4<f32> {
  let last = vec2<f32>(f32(params.map_columns - 1u), f32(params.map_rows - 1u));
  let cell = (uv + 0.5) * params.scale;
  if (NEAREST) {
    let at = clamp(floor(cell), vec2<f32>(0.0), last);
    return feature(at.x, at.y, column);
  }
  let at = clamp(cell - 0.5, vec2<f32>(0.0), last);
  let low = floor(at);
  let high = min(low + 1.0, last);
  let t = at - low;
  return mix(
    mix(feature(low.x, low.y, column), feature(high.x, low.y, column), t.x),
    mix(feature(low.x, high.y, column), feature(high.x, high.y, column), t.x),
    t.y,
  );
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3<u32>,
  @builtin(num_workgroups) num: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  if (i >= params.rows * params.columns) {
    return;
  }
  let row = i / params.columns;
  let column = i % params.columns;
  let word = params.view / 32u * params.points;
  let bit = 1u << (params.view % 32u);
  let begin = starts[row];
  let end = starts[row + 1u];
  var sum = vec4<f32>();
  for (var at = begin; at < end; at++) {
    let point = order[at];
    if ((seen[word + point] & bit) != 0u) {
      sum += share[point] * sample(projected[point].xy, column);
    }
  }
  values[i] += sum;
}
