// Appends a loss to a history without the host: history[0] counts the values that follow it as float bits. A full
// history drops what comes.
// Bindings: total read vec2f[1]; history read and written u32[capacity + 1].
// Grid: one thread.
struct Params { capacity: u32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> total: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> history: array<u32>;

@compute @workgroup_size(1)
fn main() {
  let at = history[0];
  if (at < params.capacity) {
    history[at + 1u] = bitcast<u32>(total[0].x);
    history[0] = at + 1u;
  }
}
