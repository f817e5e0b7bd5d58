/**
 * Average precision of instances: how well found objects agree with true ones, by class.
 *
 * A found object is right where it overlaps a true one of its class by more than {@link OVERLAP}, as IoU of their points.
 * Objects are ordered by confidence, and the average precision is the area below precision over recall, summed as in
 * ScanNet's `evaluate_semantic_instance.py`. Unlike there, points of classes without objects count as any other point.
 *
 * @module
 */
import { IGNORE_LABEL } from "./confusion.ts";

/** The overlap, as IoU, that a found object has to exceed. */
export const OVERLAP = 0.5;

/** The objects of a scan, or those that were found in it. */
export interface InstanceLabels {
  /** [N] object of every point; 0 where it belongs to none. */
  instances: ArrayLike<number>;
  /** [N] class of every point, or `IGNORE_LABEL`. Points of one object that differ in class belong to several objects. */
  labels: ArrayLike<number>;
}

/** Objects of one class that were found, in one scan or in several. */
export interface Detections {
  /** Confidence of each found object, and whether it is right. */
  found: { confidence: number; isRight: boolean }[];
  /** How many true objects there are. */
  objects: number;
}

/** Points of an object. */
interface Extent {
  label: number;
  points: number;
  confidence: number;
}

/**
 * Compares found objects with true ones.
 *
 * @param truth true objects; those of fewer than `leastPoints` points count neither as missed nor as found.
 * @param predicted found objects, with the confidence of every point; that of an object is the mean over its points.
 * @param classes number of classes.
 * @param isThing whether a class has objects.
 * @returns the detections of each class, `[classes]`; none for classes without objects.
 */
export function detectionsOf(
  truth: InstanceLabels,
  predicted: InstanceLabels & { confidence: ArrayLike<number> },
  { classes, isThing, leastPoints }: {
    classes: number;
    isThing: (label: number) => boolean;
    leastPoints: number;
  },
): Detections[] {
  const count = truth.labels.length;
  const objects = new Map<number, Extent>();
  const found = new Map<number, Extent>();
  const shared = new Map<number, Map<number, number>>();
  /** Points of a found object that belong to no class. */
  const ignored = new Map<number, number>();
  const keyOf = ({ instances, labels }: InstanceLabels, point: number): number | null => {
    const label = labels[point]!;
    if (instances[point] === 0 || label === IGNORE_LABEL || !isThing(label)) return null;
    return instances[point]! * classes + label;
  };
  for (let point = 0; point < count; point++) {
    const [object, one] = [keyOf(truth, point), keyOf(predicted, point)];
    if (object !== null) grow(objects, object, truth.labels[point]!, 0);
    if (one === null) continue;
    grow(found, one, predicted.labels[point]!, predicted.confidence[point]!);
    if (object !== null) bump(shared.getOrInsertComputed(one, () => new Map()), object);
    else if (truth.labels[point] === IGNORE_LABEL) bump(ignored, one);
  }
  const isCounted = ({ points }: Extent) => points >= leastPoints;
  const detections: Detections[] = Array.from({ length: classes }, (_, label) => ({
    found: [],
    objects: [...objects.values()].filter((object) => object.label === label && isCounted(object))
      .length,
  }));
  for (const [key, one] of found) {
    let uncounted = ignored.get(key) ?? 0;
    let isRight = false;
    for (const [other, points] of shared.get(key) ?? []) {
      const object = objects.get(other)!;
      if (!isCounted(object)) uncounted += points;
      else if (object.label === one.label) {
        // More than half of the union of both: no two found objects can have that of one true object.
        isRight ||= points / (one.points + object.points - points) > OVERLAP;
      }
    }
    if (!isRight && uncounted / one.points > OVERLAP) continue;
    detections[one.label]!.found.push({ confidence: one.confidence / one.points, isRight });
  }
  return detections;
}

function grow(extents: Map<number, Extent>, key: number, label: number, confidence: number): void {
  const extent = extents.getOrInsertComputed(key, () => ({ label, points: 0, confidence: 0 }));
  extent.points++;
  extent.confidence += confidence;
}

function bump(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * Gives the average precision of the detections of one class, 0 to 1; null where there are no true objects.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const found = [{ confidence: 0.9, isRight: true }, { confidence: 0.8, isRight: false }];
 * assert.equal(averagePrecision({ found, objects: 1 }), 1);
 * // Of two objects one was missed.
 * assert.equal(averagePrecision({ found, objects: 2 }), 0.5);
 * assert.equal(averagePrecision({ found, objects: 0 }), null);
 * ```
 */
export function averagePrecision({ found, objects }: Detections): number | null {
  if (objects === 0) return null;
  const sorted = found.toSorted((a, b) => b.confidence - a.confidence);
  // From the most confident on; objects of equal confidence come together.
  const curve: { precision: number; recall: number }[] = [{ precision: 1, recall: 0 }];
  let right = 0;
  for (const [i, { confidence, isRight }] of sorted.entries()) {
    right += Number(isRight);
    if (sorted[i + 1]?.confidence === confidence) continue;
    curve.push({ precision: right / (i + 1), recall: right / objects });
  }
  let area = 0;
  for (const [i, { precision }] of curve.entries()) {
    const before = curve[i - 1]?.recall ?? 0;
    const after = (curve[i + 1] ?? curve[i]!).recall;
    area += precision * (after - before) / 2;
  }
  return area;
}
