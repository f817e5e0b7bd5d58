// Shared text: what a score grows by for the distance of query and key, the sum of three entries of a table
// [3][2 reach + 1][heads padded to 4]. Needs `params` with heads and reach, and `table`.
fn bias_entries(query: vec3i, key: vec3i) -> vec3u {
  let extent = 2 * params.reach + 1;
  let distance = clamp(query - key, vec3i(-params.reach), vec3i(params.reach));
  return vec3u(distance + params.reach + vec3i(0, extent, 2 * extent));
}

fn position_bias(query: vec3i, key: vec3i, head: u32) -> f32 {
  let at = bias_entries(query, key) * ((params.heads + 3u) / 4u * 4u) + head;
  return table[at.x] + table[at.y] + table[at.z];
}
