// Shared text: erf, which WGSL lacks. Abramowitz & Stegun 7.1.26; the error is at most 1.5e-7, about float32's rounding.
fn erf(v: vec4f) -> vec4f {
  let s = abs(v);
  let t = 1.0 / (1.0 + 0.3275911 * s);
  let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return sign(v) * (1.0 - p * exp(-s * s));
}
