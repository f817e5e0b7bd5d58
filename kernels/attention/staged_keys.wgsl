// Keys and values that a tile meets, in workgroup memory; for the kernels of the family `hardware` whose threads own queries. Needs
// the bindings qkv and sequence, and the constants HEAD4 and BIAS.
const STAGE = 32u; // positions in workgroup memory at a time
override STAGED: u32 = STAGE * 2u * HEAD4;
var<workgroup> rows: array<vec4f, STAGED>; // [2][STAGE][HEAD4], keys and values
var<workgroup> places: array<vec4i, STAGE>;

// Brings `staged` positions from `begin` on there, and zeros past the end. The caller places barriers before and after.
fn stage_keys(begin: u32, staged: u32, heads: u32, head: u32, thread: u32) {
  for (var i = thread; i < STAGE * 2u * HEAD4; i += 64u) {
    let part = i / (STAGE * HEAD4);
    let other = i / HEAD4 % STAGE;
    var value = vec4f();
    if (other < staged) {
      let row = u32(sequence[begin + other].w);
      value = qkv[((row * 3u + 1u + part) * heads + head) * HEAD4 + i % HEAD4];
    }
    rows[i] = value;
  }
  if (BIAS && thread < STAGE) { places[thread] = sequence[begin + min(thread, staged - 1u)]; }
}
