/**
 * Subtracts a round origin from float64 coordinates, so that float32 keeps the millimetres of a scan that lies
 * hundreds of kilometres from the zero of its map projection.
 *
 * @module
 */
/** Points that the middle of a scan is estimated from. */
const SAMPLES = 4096;
/** Origins are multiples of 10 to a power between these: between a billionth of a unit and 100 units. */
const SMALLEST_EXPONENT = -9;
const LARGEST_EXPONENT = 2;

/**
 * Chooses the round number nearest to the median of each axis, over at most 4,096 evenly spaced points. It takes
 * medians, since one stray point would pull a minimum or a mean away from all others. "Round" is a multiple of the
 * power of ten that is 1 to 10 times the scan's extent (at most 100): a scan near zero keeps the origin 0 and thus its
 * exact coordinates, and degrees keep their digits too.
 *
 * @param positions [N][3] finite coordinates, N at least 1
 */
export function chooseOrigin(positions: Float64Array): [number, number, number] {
  const count = positions.length / 3;
  const stride = Math.ceil(count / SAMPLES);
  const sorted = [0, 1, 2].map((axis) => {
    const samples: number[] = [];
    for (let i = 0; i < count; i += stride) samples.push(positions[3 * i + axis]!);
    return samples.sort((a, b) => a - b);
  });
  const quantile = (samples: number[], q: number) => samples[Math.round(q * (samples.length - 1))]!;
  const extent = Math.max(...sorted.map((s) => quantile(s, 0.95) - quantile(s, 0.05)));
  const exponent = extent > 0
    ? Math.max(SMALLEST_EXPONENT, Math.min(Math.floor(Math.log10(extent)) + 1, LARGEST_EXPONENT))
    : LARGEST_EXPONENT;
  return sorted.map((s) => roundTo(quantile(s, 0.5), exponent)) as [number, number, number];
}

/** Subtracts `origin` from `positions` and rounds to float32 once. */
export function toLocal(
  positions: Float64Array,
  origin: readonly [number, number, number],
): Float32Array {
  const local = new Float32Array(positions.length);
  for (let i = 0; i < local.length; i++) local[i] = positions[i]! - origin[i % 3]!;
  return local;
}

/** The multiple of 10^exponent nearest to a value. */
function roundTo(value: number, exponent: number): number {
  // Dividing by a whole power of ten rounds better than multiplying by a fraction; adding 0 undoes -0.
  return exponent >= 0
    ? Math.round(value / 10 ** exponent) * 10 ** exponent + 0
    : Math.round(value * 10 ** -exponent) / 10 ** -exponent + 0;
}
