// Shared text: the maximum of a row of logits, and the sum of their exponentials less it, which cannot overflow. The
// kernel declares `logits`, array<f32>, and the constants C (channels) and W (channels with padding).
fn row_top(row: u32) -> f32 {
  var top = logits[row * W];
  for (var c = 1u; c < C; c++) { top = max(top, logits[row * W + c]); }
  return top;
}

fn exp_sum(row: u32, top: f32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < C; c++) { sum += exp(logits[row * W + c] - top); }
  return sum;
}
