/**
 * What corrected voxels say of other scans, of a session or of a campaign: each votes for its class wherever a voxel looks like it did, in whatever
 * place. Descriptions are those of the source weights, which do not move. What that is worth is measured by
 * `fixtures/clicks/carry.ts`.
 *
 * @module
 */
import type { RememberedCorrections } from "../../ttt/corrections.ts";
import { UNCORRECTED } from "../../ttt/corrections.ts";
import type { Opinion } from "../../ttt/probabilities.ts";
import type { Descriptions, Likeness } from "./descriptions.ts";

/**
 * How fast a vote falls off with the difference of descriptions, by e^(−(1 − cosine) / τ), and its weight where the prediction
 * weighs 1. Chosen on validation scenes of rooms and streets: sharper votes reach less, and stronger ones harm some scans.
 */
const [TAU, STRENGTH] = [0.05, 1];
/** What the votes at a voxel are added to, spread over all classes, so that none is impossible. */
const PRIOR = 0.02;
/** Most corrected voxels of a class that are remembered: the newest. */
export const MOST_REMEMBERED = 64;

/**
 * Takes down the corrected voxels of a scan.
 *
 * @param corrections class of every voxel, or `UNCORRECTED`
 */
export function remember(
  { width, values }: Descriptions,
  corrections: Uint32Array,
): RememberedCorrections {
  const rows = [...corrections.keys()].filter((row) => corrections[row] !== UNCORRECTED);
  const descriptions = new Float32Array(rows.length * width);
  rows.forEach((row, i) =>
    descriptions.set(values.subarray(row * width, (row + 1) * width), i * width)
  );
  return { width, descriptions, classes: Uint8Array.from(rows, (row) => corrections[row]!) };
}

/**
 * Joins the corrections of several scans, the oldest first. Of each class, the newest are kept.
 *
 * @returns null where there are none.
 */
export function joined(
  scans: readonly (RememberedCorrections | null)[],
): RememberedCorrections | null {
  const all = scans.flatMap((scan) =>
    scan
      ? Array.from(scan.classes, (label, i) => ({
        label,
        own: scan.descriptions.subarray(i * scan.width, (i + 1) * scan.width),
      }))
      : []
  );
  if (all.length === 0) return null;
  const counts = new Map<number, number>();
  const kept = all.toReversed().filter(({ label }) => {
    const count = (counts.get(label) ?? 0) + 1;
    counts.set(label, count);
    return count <= MOST_REMEMBERED;
  }).reverse();
  const { length: width } = kept[0]!.own;
  const descriptions = new Float32Array(kept.length * width);
  kept.forEach(({ own }, i) => descriptions.set(own, i * width));
  return { width, descriptions, classes: Uint8Array.from(kept, ({ label }) => label) };
}

/**
 * Counts the votes of remembered corrections at every voxel. Of the corrections of one class, the most alike votes.
 *
 * @returns the share of each class, and how much all of them weigh: near 0 where nothing is alike
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // Two voxels, of which the first looks like what was corrected to class 1; nothing was corrected to class 0.
 * const { probabilities, weight } = carriedVotes({ classes: 2, values: Float32Array.of(-1, 1, -1, 0) });
 * assert.ok(probabilities.values[1]! > 0.95 && weight[0] === 1);
 * assert.ok(weight[1]! < 1e-6);
 * ```
 */
export function carriedVotes({ classes, values: alike }: Likeness): Opinion {
  const rows = alike.length / classes;
  const values = alike.map((cosine) => Math.exp(-(1 - cosine) / TAU));
  const weight = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const [begin, end] = [row * classes, (row + 1) * classes];
    let [total, most] = [0, 0];
    for (let at = begin; at < end; at++) {
      total += values[at]!;
      most = Math.max(most, values[at]!);
    }
    weight[row] = STRENGTH * most;
    for (let at = begin; at < end; at++) {
      values[at] = (values[at]! + PRIOR / classes) / (total + PRIOR);
    }
  }
  return { probabilities: { rows, classes, values }, weight };
}
