/**
 * Pseudo-labels refined by neighbours in feature space, as AdaContrast makes them (Chen et al. 2022): the class
 * of the largest mean probability among the ten nearest rows of a memory bank. Labels have no gradient.
 *
 * @module
 */
import { nearestVote as kernel } from "../../../kernels/losses/records.ts";
import { groupsOf64, launch } from "../../gpu/mod.ts";
import type { Graph } from "../graph.ts";
import { expectShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Neighbours that vote; fewer where the bank has fewer rows. */
const NEIGHBOURS = 10;

/** Iterations that a kernel may make in one thread: lavapipe ends a loop after 65,535 without reporting it. */
const MAX_ITERATIONS = 60_000;

/**
 * The most rows that a bank of `channels` features may have.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(largestBank(96), 1714);
 * ```
 */
export function largestBank(channels: number): number {
  // Each row costs its products and, at worst, a walk along all neighbours.
  return Math.floor(MAX_ITERATIONS / (Math.ceil(channels / 4) + NEIGHBOURS + 1));
}

/**
 * Labels of the rows of x [N][D], by the rows of `bank` [M][D] with the largest inner products; `p` [M][C] holds the
 * probabilities of the bank's rows. Of equal products the smaller row is nearer; of equal votes the smaller class wins.
 *
 * @returns u32 [N], held as rows of four words.
 *
 * @throws {TypeError} where the widths differ.
 * @throws {RangeError} where the bank is larger than {@link largestBank}.
 */
export function nearestVote(graph: Graph, x: Tensor, bank: Tensor, p: Tensor): Tensor {
  expectShape("vote by", bank, bank.rows, x.channels);
  expectShape("vote by", p, bank.rows, p.channels);
  if (bank.rows > largestBank(x.channels)) {
    throw new RangeError(
      `Cannot vote by a bank of ${bank.rows} rows of ${x.channels} channels: at most ${
        largestBank(x.channels)
      } are possible; take a smaller sample`,
    );
  }
  const labels = graph.tensor("pseudo-labels", Math.ceil(x.rows / 4), 4);
  graph.emit(launch(kernel, {
    constants: { D4: x.quads, C: p.channels, W: p.width },
    params: { rows: x.rows, bank: bank.rows },
    bindings: [x, bank, p, labels],
    workgroups: groupsOf64(x.rows),
  }));
  return labels;
}

/** Reference of {@link nearestVote} on rows of `channels` features and `classes` probabilities. */
export function nearestVoteReference(
  x: ArrayLike<number>,
  bank: ArrayLike<number>,
  p: ArrayLike<number>,
  channels: number,
  classes: number,
): Uint32Array {
  return Uint32Array.from({ length: x.length / channels }, (_, row) => {
    const products = Array.from({ length: bank.length / channels }, (_, at) => {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += x[row * channels + c]! * bank[at * channels + c]!;
      return { at, sum };
    });
    const nearest = products.sort((a, b) => b.sum - a.sum || a.at - b.at).slice(0, NEIGHBOURS);
    const votes = Array.from(
      { length: classes },
      (_, c) => nearest.reduce((sum, { at }) => sum + p[at * classes + c]!, 0),
    );
    return votes.indexOf(Math.max(...votes));
  });
}
