// Similarities of queries with negatives: s = q . k / T. A key of the query's own label, and the padding, get -1e30,
// whose softmax weight is 0.
// Bindings: q read vec4f[rows][D4]; keys read vec4f[keys][D4]; labels read u32[rows]; key_labels read u32[keys];
// s write vec4f[rows][ceil(keys / 4)].
// Grid: one thread per vec4f of s, 64 per workgroup.
struct Params { rows: u32, keys: u32, inverseTemperature: f32 }
override D4: u32;
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;
@group(0) @binding(2) var<storage, read> keys: array<vec4f>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read> key_labels: array<u32>;
@group(0) @binding(5) var<storage, read_write> s: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let i = (wid.x + wid.y * num.x) * 64u + lane;
  let quads = (params.keys + 3u) / 4u;
  if (i >= params.rows * quads) { return; }
  let row = i / quads;
  let column = i % quads * 4u + vec4u(0u, 1u, 2u, 3u);
  let key = min(column, vec4u(params.keys - 1u));
  var sum = vec4f(0.0);
  for (var c = 0u; c < D4; c++) {
    let a = q[row * D4 + c];
    sum += vec4f(
      dot(a, keys[key.x * D4 + c]),
      dot(a, keys[key.y * D4 + c]),
      dot(a, keys[key.z * D4 + c]),
      dot(a, keys[key.w * D4 + c]),
    );
  }
  let other = vec4u(key_labels[key.x], key_labels[key.y], key_labels[key.z], key_labels[key.w]);
  let counts = (column < vec4u(params.keys)) & (other != vec4u(labels[row]));
  s[i] = select(vec4f(-1e30), sum * params.inverseTemperature, counts);
}
