/**
 * How figures are written: fractions of mIoU as percent with one decimal, differences with their sign.
 *
 * @module
 */
import type { Difference } from "../results/results.ts";

/** 0.634 is "63.4". */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? (100 * fraction).toFixed(1) : "–";
}

/** 0.168 is "+16.8", -0.02 is "−2.0". */
export function signed(fraction: number): string {
  const points = percent(Math.abs(fraction));
  return `${fraction < 0 && points !== "0.0" ? "−" : "+"}${points}`;
}

/** "+16.8 (+14.5 to +19.0)"; of a single scene there is no interval. */
export function withInterval({ mean, ci95: [low, high], scenes }: Difference): string {
  return scenes < 2 ? signed(mean) : `${signed(mean)} (${signed(low)} to ${signed(high)})`;
}
