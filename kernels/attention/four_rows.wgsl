// Shared text: arithmetic of four positions that one thread owns, a column of a matrix for each. Needs position_bias.wgsl.

// A row times four numbers.
fn outer(row: vec4f, by: vec4f) -> mat4x4f {
  return mat4x4f(row * by.x, row * by.y, row * by.z, row * by.w);
}

// Each column times its number.
fn scaled_columns(columns: mat4x4f, by: vec4f) -> mat4x4f {
  return mat4x4f(columns[0] * by.x, columns[1] * by.y, columns[2] * by.z, columns[3] * by.w);
}

// What the scores of four queries with one key grow by.
fn bias_of_queries(query0: vec4i, query1: vec4i, query2: vec4i, query3: vec4i, key: vec4i, head: u32) -> vec4f {
  return vec4f(
    position_bias(query0.xyz, key.xyz, head),
    position_bias(query1.xyz, key.xyz, head),
    position_bias(query2.xyz, key.xyz, head),
    position_bias(query3.xyz, key.xyz, head),
  );
}

// What the scores of one query with four keys grow by.
fn bias_of_keys(query: vec4i, key0: vec4i, key1: vec4i, key2: vec4i, key3: vec4i, head: u32) -> vec4f {
  return vec4f(
    position_bias(query.xyz, key0.xyz, head),
    position_bias(query.xyz, key1.xyz, head),
    position_bias(query.xyz, key2.xyz, head),
    position_bias(query.xyz, key3.xyz, head),
  );
}
