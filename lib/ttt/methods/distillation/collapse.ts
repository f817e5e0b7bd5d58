/**
 * How far a prediction has collapsed, told without labels: a network that adapts to its own predictions, or for too long,
 * ends by predicting few classes (Press et al. 2023; Lim et al. 2026).
 *
 * @module
 */
import { labelsOf, type Probabilities } from "../../probabilities.ts";

/** The least probability whose logarithm is taken. */
const LEAST = 1e-30;

/**
 * The entropy of the mean logits of a scan, in nats: low where few classes are predicted.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const of = (...values: number[]) =>
 *   diversity({ rows: 2, classes: 2, values: Float32Array.from(values) });
 * assert.ok(Math.abs(of(0.9, 0.1, 0.1, 0.9) - Math.LN2) < 1e-6);
 * assert.ok(of(0.9, 0.1, 0.9, 0.1) < 0.4);
 * ```
 */
export function diversity({ rows, classes, values }: Probabilities): number {
  // The mean logarithm of the probabilities is that of the logits but for a constant.
  const mean = new Float64Array(classes);
  values.forEach((p, at) => mean[at % classes]! += Math.log(Math.max(p, LEAST)) / rows);
  const top = mean.reduce((most, value) => Math.max(most, value));
  const sum = mean.reduce((sum, value) => sum + Math.exp(value - top), 0);
  return mean.reduce((entropy, value) => {
    const p = Math.exp(value - top) / sum;
    return p > 0 ? entropy - p * Math.log(p) : entropy;
  }, 0);
}

/** Share of the rows that two predictions label differently. */
export function changedShare(a: Probabilities, b: Probabilities): number {
  const [of, other] = [labelsOf(a).labels, labelsOf(b).labels];
  return of.reduce((sum, label, row) => sum + Number(label !== other[row]), 0) / of.length;
}
