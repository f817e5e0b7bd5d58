/**
 * The unit of an evaluation: one way of labelling, on one scene, from one training seed. A cell that is
 * finished stands as one line in the journal and is never worked out again; studies share their cells.
 *
 * @module
 */
import { z } from "zod";
import { Confusion } from "../../metrics/confusion.ts";

const whole = z.int().nonnegative();
const counts = z.array(whole);

const CellSchema = z.strictObject({
  key: z.string(),
  variant: z.string(),
  method: z.string(),
  domain: z.string(),
  seed: whole,
  scene: whole,
  confusion: counts,
  steps: whole,
  seconds: z.number().nonnegative(),
  pointsSeen: z.number().min(0).max(1),
  loss: z.tuple([z.number(), z.number()]).nullable(),
  note: z.string().nullable(),
  curve: z.array(z.strictObject({ step: whole, confusion: counts })),
});

/** What is known of a finished cell; plain JSON. */
export interface Cell {
  /** Which cell of the plan this is. */
  key: string;
  variant: string;
  method: string;
  domain: string;
  /** Seed of the student's training. */
  seed: number;
  /** Number of the scene in its domain and split. */
  scene: number;
  /** `[classes][classes]` counts of points, row-major, rows are the truth. */
  confusion: number[];
  /** Gradient steps taken on this scene. */
  steps: number;
  /** Wall time of labelling, photographs included. */
  seconds: number;
  /** Fraction of the points that a photograph shows. */
  pointsSeen: number;
  /** The method's own loss, the first and the last that it knows; null where it has none. */
  loss: [first: number, last: number] | null;
  /** What the method decided by itself: why it stopped, or that it did not trust the photographs. */
  note: string | null;
  /** Predictions on the way, by gradient step, for the variants that ask for them. */
  curve: { step: number; confusion: number[] }[];
}

/**
 * A line of the journal as a cell.
 *
 * @throws {SyntaxError} naming the field that is wrong.
 */
export function parseCell(value: unknown): Cell {
  const parsed = CellSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new SyntaxError(`field "${issue.path.join(".")}": ${issue.message}`);
}

/**
 * Flat counts as a matrix.
 *
 * @throws {TypeError} where they are not the square of a number of classes.
 */
export function matrixOf(counts: readonly number[]): Confusion {
  const classes = Math.sqrt(counts.length);
  if (!Number.isInteger(classes)) {
    throw new TypeError(`Cannot read ${counts.length} counts as a confusion matrix: not square`);
  }
  const matrix = new Confusion(classes);
  matrix.counts.set(counts);
  return matrix;
}
