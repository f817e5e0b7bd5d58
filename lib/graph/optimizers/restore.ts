/**
 * CoTTA's stochastic restore (Wang et al. 2022, eq. 7 and 8): after a step each learned number goes back to
 * its source value with a small probability, which keeps a long adaptation near the source. The random numbers are a
 * hash of seed, step and index, so there is no state, and every run gives the same bits.
 *
 * @module
 */
import { restore as kernel } from "../../../kernels/optimizers/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";

/** How likely a number is restored, and which random numbers decide. */
export interface RestoreOptions {
  /** 0 to 1, in steps of 2^-24. */
  readonly probability: number;
  readonly seed: number;
  /** Each step restores other numbers. */
  readonly step: number;
}

/**
 * Restores random numbers of `values` from `source`, over `count` vec4f.
 *
 * @param first index of the first vec4f among all those of the step: where a buffer is restored in parts, each part
 *   must draw its own random numbers.
 */
export function restoreStep<B>(
  operands: { source: B; values: B },
  count: number,
  options: RestoreOptions,
  first = 0,
): Launch<B> {
  return launch(kernel, {
    params: { count, key: keyOf(options), threshold: thresholdOf(options), first },
    bindings: [operands.source, operands.values],
    workgroups: groupsOf64(count),
  });
}

/** Reference of {@link restoreStep}: changes `values`; exact. */
export function restoreReference(
  source: ArrayLike<number>,
  values: Float64Array,
  options: RestoreOptions,
): void {
  const key = keyOf(options);
  const threshold = thresholdOf(options);
  for (let i = 0; i < values.length; i++) {
    const draw = mix((mix((i ^ key) >>> 0) + key) >>> 0) >>> 8;
    if (draw < threshold) values[i] = source[i]!;
  }
}

function keyOf({ seed, step }: RestoreOptions): number {
  return mix((mix(seed >>> 0) + step) >>> 0);
}

function thresholdOf({ probability }: RestoreOptions): number {
  return Math.round(probability * 2 ** 24);
}

/** lowbias32 (Chris Wellons, public domain): a bijection of 32-bit words without visible patterns. */
function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ x >>> 16, 0x21f0aaad);
  x = Math.imul(x ^ x >>> 15, 0x735a2d97);
  return (x ^ x >>> 15) >>> 0;
}
