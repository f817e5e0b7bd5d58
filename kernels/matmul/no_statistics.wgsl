// Shared text of convolutions that leave no statistics: see conv_statistics.wgsl.
fn leave_statistics(tile: u32, quad: u32, thread: vec2u) {}
