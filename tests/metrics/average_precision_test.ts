import assert from "node:assert/strict";
import {
  averagePrecision,
  type Detections,
  detectionsOf,
} from "../../lib/metrics/average_precision.ts";
import { IGNORE_LABEL } from "../../lib/metrics/confusion.ts";

const hits = (text: string, objects: number): Detections => ({
  found: [...text].map((letter, i) => ({ confidence: 1 - i / 10, isRight: letter === "+" })),
  objects,
});

/** ScanNet's `evaluate_matches` in its own words: thresholds in ascending order and a convolution of recalls. */
function scannet({ found, objects }: Detections): number {
  const sorted = found.toSorted((a, b) => a.confidence - b.confidence);
  const scores = sorted.map(({ confidence }) => confidence);
  const starts = [...new Set(scores)].map((score) => scores.indexOf(score));
  const rightFrom = (start: number) => sorted.slice(start).filter(({ isRight }) => isRight).length;
  const precision = [...starts.map((start) => rightFrom(start) / (sorted.length - start)), 1];
  const recall = [...starts.map((start) => rightFrom(start) / objects), 0];
  const padded = [recall[0]!, ...recall, 0];
  return precision.reduce((sum, p, i) => sum + p * (0.5 * padded[i]! - 0.5 * padded[i + 2]!), 0);
}

Deno.test("averagePrecision() is the area by hand, and that of ScanNet's script", () => {
  const cases = [
    [hits("+", 1), 1],
    [hits("+", 2), 1 / 2],
    [hits("-", 1), 0],
    // Recall 1/2 at precision 1, 1/2 at 1/2 and 1 at 2/3, each with the half steps beside it.
    [hits("+-+", 2), (1 + 1 + 1 / 2 + 2 / 3) / 4],
    // Nothing at recall 0, and a half at recall 1.
    [hits("-+", 1), 1 / 2 * 1 / 2],
  ] as const;
  for (const [detections, area] of cases) {
    assert.ok(Math.abs(averagePrecision(detections)! - area) < 1e-12, JSON.stringify(detections));
  }
  const ties: Detections = {
    found: hits("+-+-", 4).found.concat(hits("-++", 0).found),
    objects: 4,
  };
  for (const detections of [...cases.map(([one]) => one), ties, hits("++--+-+", 9)]) {
    assert.ok(Math.abs(averagePrecision(detections)! - scannet(detections)) < 1e-12);
  }
  assert.equal(averagePrecision(hits("+", 0)), null);
});

Deno.test("detectionsOf() holds found objects against true ones of their class", () => {
  //                                      4 chairs of object 1, 4 of object 2, 2 table points, 2 without a class
  const truth = {
    instances: [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 0, 0],
    labels: [1, 1, 1, 1, 1, 1, 1, 1, 2, 2, IGNORE_LABEL, IGNORE_LABEL],
  };
  const options = { classes: 3, isThing: (label: number) => label > 0, leastPoints: 1 };
  const compare = (instances: number[], labels: number[], changes: Partial<typeof options> = {}) =>
    detectionsOf(
      truth,
      { instances, labels, confidence: labels.map((_, i) => i / 10) },
      { ...options, ...changes },
    ).map(({ found, objects }) => [found.map(({ isRight }) => isRight), objects]);
  const same = truth.labels.map((label) => label % IGNORE_LABEL);
  // All found.
  assert.deepEqual(compare(truth.instances, same), [[[], 0], [[true, true], 2], [[true], 1]]);
  // Two chairs in one overlap neither by more than a half.
  assert.deepEqual(
    compare([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0], same)[1],
    [[false], 2],
  );
  // 3 of 4 points and one of the other chair: 3 / 5 of the union; the other has 3 / 4.
  assert.deepEqual(
    compare([1, 1, 1, 2, 1, 2, 2, 2, 0, 0, 0, 0], same)[1],
    [[true, true], 2],
  );
  // Half of the union is not enough.
  assert.deepEqual(compare([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], same)[1], [[false], 2]);
  // The right points by another class.
  assert.deepEqual(
    compare(truth.instances, [2, 2, 2, 2, 1, 1, 1, 1, 2, 2, 0, 0]),
    [[[], 0], [[true], 2], [[false, true], 1]],
  );
  // What lies mostly where nothing is known, or on objects too small to count, is not wrong.
  assert.deepEqual(compare([0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 5, 5], same.with(9, 1).fill(1, 9))[1], [
    [],
    2,
  ]);
  assert.deepEqual(compare(truth.instances, same, { leastPoints: 3 })[2], [[true], 0].with(0, []));
  // Confidence is the mean over the points.
  const [, chairs] = detectionsOf(
    truth,
    { instances: truth.instances, labels: same, confidence: same.map((_, i) => i / 10) },
    options,
  );
  assert.deepEqual(chairs!.found.map(({ confidence }) => Number(confidence.toFixed(4))), [
    0.15,
    0.55,
  ]);
});
