/**
 * The one-cycle learning rate (Smith & Topin 2018, arXiv 1708.07120), with cosine annealing and the divisors of PyTorch's
 * `OneCycleLR`.
 *
 * @module
 */

/** Share of the steps during which the rate rises. */
const WARM_UP = 0.15;
/** The first rate is the largest rate divided by this. */
const START_DIVISOR = 25;
/** The last rate is the first rate divided by this. */
const END_DIVISOR = 1e4;

/**
 * Gives the learning rate of step `step` (from 0) of `steps`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const rates = Array.from({ length: 100 }, (_, step) => oneCycle(step, 100, 0.004));
 * assert.equal(Math.max(...rates), 0.004);
 * assert.ok(rates[99]! < 1e-7);
 * ```
 */
export function oneCycle(step: number, steps: number, largest: number): number {
  const start = largest / START_DIVISOR;
  const peak = WARM_UP * steps - 1;
  if (step <= peak) return cosine(start, largest, step / Math.max(peak, 1));
  const share = (step - peak) / Math.max(steps - 1 - peak, 1);
  return cosine(largest, start / END_DIVISOR, Math.min(share, 1));
}

function cosine(from: number, to: number, share: number): number {
  return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
}
