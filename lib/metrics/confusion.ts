/**
 * The confusion matrix and what is read off it.
 *
 * Mean IoU is over the classes that occur in the truth or in the prediction: a class that the scene does
 * not have, and that nobody predicted, says nothing; one that was predicted where there is none counts
 * with 0.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import type { Scan } from "../scan/mod.ts";

/** Agreement of a prediction with the truth. */
export interface Metrics {
  /** Mean intersection over union, 0 to 1, over the classes that occur in truth or prediction. */
  miou: number;
  /** Intersection over union by class name; classes that occur in neither are left out. */
  perClass: Record<string, number>;
}

/** Truth that says nothing about a point. */
export const IGNORE = 255;

/** Counts of (truth, prediction) pairs; rows are the truth. */
export class Confusion {
  /** `[classes][classes]`, row-major. */
  readonly counts: Float64Array;

  constructor(readonly classes: number) {
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Counts points; those whose truth is {@link IGNORE} are left out.
   *
   * @throws {TypeError} where the two differ in length.
   * @throws {RangeError} on a label that is not a class.
   */
  add(truth: ArrayLike<number>, predicted: ArrayLike<number>): this {
    if (truth.length !== predicted.length) {
      throw new TypeError(
        `Cannot compare ${truth.length} true labels with ${predicted.length} predicted ones`,
      );
    }
    for (let i = 0; i < truth.length; i++) {
      const row = truth[i]!;
      if (row === IGNORE) continue;
      const column = predicted[i]!;
      if (!this.#isClass(row) || !this.#isClass(column)) {
        throw new RangeError(
          `Cannot count point ${i}: its labels ${row} (truth) and ${column} are not both of 0..${
            this.classes - 1
          }`,
        );
      }
      this.counts[row * this.classes + column]! += 1;
    }
    return this;
  }

  /** Adds the counts of another matrix of the same classes. */
  merge(other: Confusion): this {
    if (other.classes !== this.classes) {
      throw new TypeError(`Cannot merge ${other.classes} classes into ${this.classes}`);
    }
    other.counts.forEach((count, i) => this.counts[i]! += count);
    return this;
  }

  /** Points of each class that were found, `[classes]`. */
  hits(): Float64Array {
    return Float64Array.from(
      { length: this.classes },
      (_, k) => this.counts[k * this.classes + k]!,
    );
  }

  /** Points that are of a class, or are said to be, `[classes]`. */
  unions(): Float64Array {
    const unions = new Float64Array(this.classes);
    for (let row = 0; row < this.classes; row++) {
      for (let column = 0; column < this.classes; column++) {
        const count = this.counts[row * this.classes + column]!;
        unions[row]! += count;
        if (row !== column) unions[column]! += count;
      }
    }
    return unions;
  }

  /** Intersection over union of each class, 0 to 1; null where it occurs in neither. */
  ious(): (number | null)[] {
    const hits = this.hits();
    return Array.from(this.unions(), (union, k) => union === 0 ? null : hits[k]! / union);
  }

  /** Mean of the classes' {@link ious}; NaN where nothing was counted. */
  miou(): number {
    const present = this.ious().filter((iou) => iou !== null);
    return present.reduce((sum, iou) => sum + iou, 0) / present.length;
  }

  /** The matrix as a report has it. */
  metrics(names: readonly string[]): Metrics {
    const perClass: Record<string, number> = {};
    for (const [k, iou] of this.ious().entries()) {
      if (iou !== null) perClass[names[k] ?? `${k}`] = iou;
    }
    return { miou: this.miou(), perClass };
  }

  #isClass(label: number): boolean {
    return Number.isInteger(label) && label >= 0 && label < this.classes;
  }
}

/** Whether labels may be the student's classes: each a class or {@link IGNORE}, and not all ignored. */
export function areClasses(labels: ArrayLike<number>, classes: number): boolean {
  let counted = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === IGNORE) continue;
    if (!Number.isInteger(label) || label < 0 || label >= classes) return false;
    counted++;
  }
  return counted > 0;
}

/**
 * The `metrics` of a report: one entry a prediction, or nothing where the scan's labels are none of the
 * student's classes. A LAS classification holds ASPRS codes, never the student's classes.
 */
export function metricsOf(
  { format, labels }: Pick<Scan, "format" | "labels">,
  predictions: Readonly<Record<string, ArrayLike<number>>>,
  names: readonly string[],
): Record<string, Metrics> | undefined {
  if (format === "las" || labels === null || !areClasses(labels, names.length)) return undefined;
  return mapValues(
    predictions,
    (predicted) => new Confusion(names.length).add(labels, predicted).metrics(names),
  );
}
