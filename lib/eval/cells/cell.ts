/**
 * The unit of an evaluation: one variant on one scene from one training seed. A finished cell is one line of the
 * journal and is never computed again; studies share their cells.
 *
 * @module
 */
import { z } from "zod";
import { Confusion, type MeanOver } from "../../metrics/confusion.ts";
import { validate } from "../../validation/mod.ts";

const whole = z.int().nonnegative();
const counts = z.array(whole);

const CellSchema = z.strictObject({
  /** Which cell of the plan it is. */
  key: z.string(),
  /** Id of the variant. */
  variant: z.string(),
  /** Name of the variant's method. */
  method: z.string(),
  domain: z.string(),
  /** Seed of the student's training. */
  seed: whole,
  /** Number of the scene in its domain and split. */
  scene: whole,
  /** `[classes][classes]` counts of points, row-major; rows are the truth. */
  confusion: counts,
  /** The same of the points that no photograph of the scene sees, where the data set has them counted apart. */
  unseen: counts.exactOptional(),
  /** Gradient steps taken on this scene. */
  steps: whole,
  /** Wall time of labelling, including the teacher's. */
  seconds: z.number().nonnegative(),
  /** Fraction of the points that a view sees. */
  pointsSeen: z.number().min(0).max(1),
  /** The first and the last value of the method's own loss; null where it has none. */
  loss: z.tuple([z.number(), z.number()]).nullable(),
  /** What the method decided by itself: why it stopped, or that it did not trust the photographs. */
  note: z.string().nullable(),
  /** Predictions by number of gradient steps, for variants that are read several times. */
  curve: z.array(z.strictObject({ step: whole, confusion: counts })),
});

/** A finished cell; plain JSON. */
export type Cell = z.infer<typeof CellSchema>;

/**
 * Checks that a line of the journal is a cell.
 *
 * @throws {SyntaxError} naming the field that is wrong.
 */
export function parseCell(value: unknown): Cell {
  return validate(
    CellSchema,
    value,
    ({ problem, field = "cell" }) => new SyntaxError(`${problem} (field ${field})`),
  );
}

/**
 * Reads the counts of a cell as a confusion matrix.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matrixOf } from "./cell.ts";
 *
 * // Of five points of class 0, four were found; of five of class 1, all.
 * const matrix = matrixOf([4, 1, 0, 5]);
 * assert.equal(matrix.classes, 2);
 * assert.equal(matrix.miou(), (4 / 5 + 5 / 6) / 2);
 * ```
 *
 * @param meanOver the classes that its mean IoU is the mean over.
 * @throws {TypeError} where their number is not the square of a number of classes.
 */
export function matrixOf(counts: readonly number[], meanOver?: MeanOver): Confusion {
  const classes = Math.sqrt(counts.length);
  if (!Number.isInteger(classes)) {
    throw new TypeError(`Cannot read ${counts.length} counts as a confusion matrix: not square`);
  }
  const matrix = new Confusion(classes, meanOver);
  matrix.counts.set(counts);
  return matrix;
}
