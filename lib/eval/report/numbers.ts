/**
 * How figures are written: fractions of mIoU as percent with one decimal, differences with their sign.
 *
 * @module
 */

/** 0.634 is "63.4". */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? (100 * fraction).toFixed(1) : "–";
}

/** 0.168 is "+16.8", -0.02 is "−2.0". */
export function signed(fraction: number): string {
  const points = percent(Math.abs(fraction));
  return `${fraction < 0 && points !== "0.0" ? "−" : "+"}${points}`;
}

/** "+16.8 (+14.5 to +19.0)". */
export function withInterval(mean: number, [low, high]: readonly [number, number]): string {
  return `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}
