// Shared text: reads a teacher's targets, which are float32 or float16. The kernel declares `t`, array<vec4u>.
override HALF: bool = false; // the targets are float16, two in a word

// Four numbers of t. A vec4u holds one quad of float32, or two quads of float16.
fn target_quad(i: u32) -> vec4f {
  if (!HALF) { return bitcast<vec4f>(t[i]); }
  let pair = t[i >> 1u];
  let words = select(pair.xy, pair.zw, (i & 1u) != 0u);
  return vec4f(unpack2x16float(words.x), unpack2x16float(words.y));
}
