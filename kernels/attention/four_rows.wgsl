// Shared text: arithmetic of four positions of a thread, a column of a matrix for each. Needs position_bias.wgsl.

// A row times four numbers.
fn outer(row: vec4f, by: vec4f) -> mat4x4f {
  return mat4x4f(row * by.x, row * by.y, row * by.z, row * by.w);
}

// Each column times its number.
fn scaled_columns(columns: mat4x4f, by: vec4f) -> mat4x4f {
  return mat4x4f(columns[0] * by.x, columns[1] * by.y, columns[2] * by.z, columns[3] * by.w);
}

fn rows_of(places: array<vec4i, 4>) -> vec4u {
  return vec4u(vec4i(places[0].w, places[1].w, places[2].w, places[3].w));
}

// What the scores of four queries with one key grow by.
fn bias_of_queries(queries: array<vec4i, 4>, key: vec4i, head: u32) -> vec4f {
  return vec4f(
    position_bias(queries[0].xyz, key.xyz, head),
    position_bias(queries[1].xyz, key.xyz, head),
    position_bias(queries[2].xyz, key.xyz, head),
    position_bias(queries[3].xyz, key.xyz, head),
  );
}

// What the scores of one query with four keys grow by.
fn bias_of_keys(query: vec4i, keys: array<vec4i, 4>, head: u32) -> vec4f {
  return vec4f(
    position_bias(query.xyz, keys[0].xyz, head),
    position_bias(query.xyz, keys[1].xyz, head),
    position_bias(query.xyz, keys[2].xyz, head),
    position_bias(query.xyz, keys[3].xyz, head),
  );
}
