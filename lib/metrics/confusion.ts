/**
 * The confusion matrix, and the metrics that are computed from it.
 *
 * Mean IoU is the mean over the classes that occur in the truth or in the prediction. A class that occurs in neither is
 * left out; one that is predicted but does not occur counts with an IoU of 0. Of a single scan, which has few of the
 * classes, it is the mean over those that occur in the truth; what is predicted but does not occur costs the classes
 * whose points it takes.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";

/** How well a prediction agrees with the truth. */
export interface Metrics {
  /** Mean intersection over union, 0 to 1, over the classes that occur in truth or prediction. */
  miou: number;
  /** Intersection over union by class name; classes that occur in neither are left out. */
  perClass: Record<string, number>;
}

/** The classes that mean IoU is the mean over: those that occur in truth or prediction, or in the truth alone. */
export type MeanOver = "occurring" | "true";

/** Label of points that belong to no class: they are neither trained on nor counted. */
export const IGNORE_LABEL = 255;

/**
 * Counts of (truth, prediction) pairs; rows are the truth.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const confusion = new Confusion(2);
 * confusion.add([0, 0, 1, IGNORE_LABEL], [0, 1, 1, 0]);
 * assert.deepEqual(confusion.ious(), [1 / 2, 1 / 2]);
 * assert.equal(confusion.miou(), 0.5);
 * ```
 */
export class Confusion {
  /** `[classes][classes]`, row-major. */
  readonly counts: Float64Array;

  /**
   * @param classes number of classes.
   * @param meanOver the classes that {@link Confusion.miou} is the mean over.
   */
  constructor(readonly classes: number, readonly meanOver: MeanOver = "occurring") {
    this.counts = new Float64Array(classes * classes);
  }

  /**
   * Counts points; those whose truth is {@link IGNORE_LABEL} are left out.
   *
   * @param truth [points]: true classes.
   * @param predicted [points]: predicted classes.
   * @throws {TypeError} where the two differ in length.
   * @throws {RangeError} where a label is not a class.
   */
  add(truth: ArrayLike<number>, predicted: ArrayLike<number>): this {
    if (truth.length !== predicted.length) {
      throw new TypeError(
        `Cannot compare ${truth.length} true labels with ${predicted.length} predicted ones`,
      );
    }
    for (let i = 0; i < truth.length; i++) {
      const row = truth[i]!;
      if (row === IGNORE_LABEL) continue;
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

  /**
   * Adds the counts of another matrix of the same classes.
   *
   * @throws {TypeError} where the numbers of classes differ.
   */
  merge(other: Confusion): this {
    if (other.classes !== this.classes) {
      throw new TypeError(`Cannot merge ${other.classes} classes into ${this.classes}`);
    }
    other.counts.forEach((count, i) => this.counts[i]! += count);
    return this;
  }

  /** Counts the points of each class that were predicted as such, `[classes]`. */
  hits(): Float64Array {
    return Float64Array.from(
      { length: this.classes },
      (_, k) => this.counts[k * this.classes + k]!,
    );
  }

  /** Counts the points that are of a class or were predicted to be, `[classes]`. */
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

  /** Counts the points that make a class a part of the mean, `[classes]`. */
  present(): Float64Array {
    if (this.meanOver === "occurring") return this.unions();
    return Float64Array.from({ length: this.classes }, (_, row) => {
      const start = row * this.classes;
      return this.counts.subarray(start, start + this.classes).reduce((sum, n) => sum + n, 0);
    });
  }

  /** Gives the intersection over union of each class, 0 to 1; null where it occurs in neither truth nor prediction. */
  ious(): (number | null)[] {
    const hits = this.hits();
    return Array.from(this.unions(), (union, k) => union === 0 ? null : hits[k]! / union);
  }

  /** Gives the mean of {@link Confusion.ious} over the classes of the mean; NaN where nothing was counted. */
  miou(): number {
    const present = this.present();
    const ious = this.ious().filter((_, k) => present[k]! > 0) as number[];
    return ious.reduce((sum, iou) => sum + iou, 0) / ious.length;
  }

  /** Gives the metrics of a report, with class names as keys. */
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

/** Whether labels can be classes: each is a class or {@link IGNORE_LABEL}, and not all are ignored. */
export function areClasses(labels: ArrayLike<number>, classes: number): boolean {
  let counted = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (label === IGNORE_LABEL) continue;
    if (!Number.isInteger(label) || label < 0 || label >= classes) return false;
    counted++;
  }
  return counted > 0;
}

/**
 * Gives the `metrics` of a report, with an entry for each prediction.
 *
 * @param truth true classes of all points; those with {@link IGNORE_LABEL} are not counted.
 * @param predictions predicted classes of all points, by the name of the method.
 * @param names class names.
 */
export function metricsOf(
  truth: ArrayLike<number>,
  predictions: Readonly<Record<string, ArrayLike<number>>>,
  names: readonly string[],
): Record<string, Metrics> {
  return mapValues(
    predictions,
    (predicted) => new Confusion(names.length).add(truth, predicted).metrics(names),
  );
}
