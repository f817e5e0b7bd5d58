// Shared text, placed before the kernels that use a coordinate hash: open addressing with linear probing over a power of
// two of slots. A slot holds a row index or EMPTY. The row's coordinate is compared, so every int32 coordinate is a key
// and there are no false hits. At most half of the slots are taken.
const EMPTY = 0xffffffffu;

// Where the search for a coordinate starts. The sum of odd multiples keeps lattice points apart (a
// collision needs two of them to agree modulo 2^32); the mixer (lowbias32) spreads it over the table.
fn home_slot(c: vec3i, mask: u32) -> u32 {
  let u = bitcast<vec3u>(c);
  var h = u.x * 0x9e3779b1u + u.y * 0x85ebca77u + u.z * 0xc2b2ae3du;
  h ^= h >> 16u;
  h *= 0x7feb352du;
  h ^= h >> 15u;
  h *= 0x846ca68bu;
  h ^= h >> 16u;
  return h & mask;
}
