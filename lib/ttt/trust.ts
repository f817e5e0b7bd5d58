/**
 * Late fusion by trust: how much each of several predictions counts at a voxel, told without labels. What served on
 * validation scenes is the entropy of a prediction over the voxels around, which says how sure it is there; Latte (Cao et
 * al., ECCV 2024) lets the surer of network and photographs teach the other in this way. `fixtures/fusion` compares it
 * with other signs.
 *
 * @module
 */
import type { Neighbourhood } from "../voxels/neighbourhood.ts";
import { fuse, type Opinion, type Probabilities, rowEntropies } from "./probabilities.ts";

/** One of several predictions of a scan. */
export interface Witness {
  readonly probabilities: Probabilities;
  /** How much it counts where nothing is in doubt. */
  readonly weight: number;
  /** [voxels]: 0 where it has no say; null where it always has one. */
  readonly mask: ArrayLike<number> | null;
  /** [voxels]: it counts by e^(−doubt); null for no doubt. */
  readonly doubt: ArrayLike<number> | null;
}

/**
 * Fuses predictions by their weights and doubts: the geometric mean. The weights at a voxel add up to 1, since the product
 * of predictions that each say what they are worth would be far too sure of itself.
 *
 * @throws {TypeError} where the shapes differ.
 */
export function fuseByTrust(witnesses: readonly [Witness, ...Witness[]]): Probabilities {
  const { rows } = witnesses[0].probabilities;
  const weights = witnesses.map(() => new Float64Array(rows));
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    witnesses.forEach(({ weight, mask, doubt }, i) => {
      if (mask?.[row] === 0) return;
      sum += weights[i]![row] = doubt ? weight * Math.exp(-doubt[row]!) : weight;
    });
    for (const weight of weights) weight[row]! /= sum;
  }
  const [first, ...others] = witnesses.map(({ probabilities }, i): Opinion => ({
    probabilities,
    weight: weights[i]!,
  }));
  return fuse([first!, ...others]);
}

/**
 * How unsure a prediction is around each voxel: the mean of its entropy over the voxel and its neighbours, from 0 (sure) to
 * 1 (all classes alike).
 *
 * @param mask [voxels]: 0 where the prediction says nothing; null where it always says something.
 */
export function entropyAround(
  probabilities: Probabilities,
  mask: ArrayLike<number> | null,
  around: Neighbourhood,
): Float32Array {
  const { rows, classes } = probabilities;
  const most = Math.log(Math.max(classes, 2));
  const entropies = Float32Array.from(rowEntropies(probabilities), (entropy) => entropy / most);
  return around.mean(entropies, mask ?? new Uint8Array(rows).fill(1));
}
