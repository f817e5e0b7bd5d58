// Shared text, placed after coordinate_hash.wgsl: looks a coordinate up in a finished table. The kernel declares `slots`
// (u32[mask + 1]) and `keys` (the coordinate of each row).
// The row of coordinate c, or EMPTY.
fn find(c: vec3i, mask: u32) -> u32 {
  var slot = home_slot(c, mask);
  for (var probe = 0u; probe <= mask; probe++) {
    let row = slots[slot];
    if (row == EMPTY || all(keys[row].xyz == c)) {
      return row;
    }
    slot = (slot + 1u) & mask;
  }
  return EMPTY;
}
