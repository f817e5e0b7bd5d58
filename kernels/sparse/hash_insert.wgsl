// Inserts the rows of a coordinate list, rounded down to multiples of a stride, into a hash table. Rows of equal
// coordinates share a slot, which ends up with the smallest of them in whatever order threads run. Which slot that is
// does depend on the order, but nothing that is read later does. Needs coordinate_hash.wgsl and at least 2 * count slots.
// Bindings: coords read vec4i[count]; slots read and written u32[mask + 1], EMPTY before.
// Grid: one thread per row, 64 per workgroup.
struct Params {
  count: u32,
  mask: u32,
  stride: u32, // a power of two
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> coords: array<vec4i>;
@group(0) @binding(2) var<storage, read_write> slots: array<atomic<u32>>;

// floor(c / stride) * stride, for negative coordinates too: two's complement.
fn coordinate(row: u32) -> vec3i {
  return coords[row].xyz & vec3i(-i32(params.stride));
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wid: vec3u,
  @builtin(num_workgroups) num: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = (wid.x + wid.y * num.x) * 64u + lane;
  if (row >= params.count) {
    return;
  }
  let c = coordinate(row);
  var slot = home_slot(c, params.mask);
  var probe = 0u;
  while (probe <= params.mask) {
    var held = atomicLoad(&slots[slot]);
    if (held == EMPTY) {
      let attempt = atomicCompareExchangeWeak(&slots[slot], EMPTY, row);
      if (attempt.exchanged) {
        return;
      }
      held = attempt.old_value;
      if (held == EMPTY) {
        continue; // a weak exchange may fail spuriously: try the same slot again
      }
    }
    if (all(coordinate(held) == c)) {
      if (row < held) {
        atomicMin(&slots[slot], row);
      }
      return;
    }
    slot = (slot + 1u) & params.mask;
    probe += 1u;
  }
}
