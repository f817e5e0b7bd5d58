/** From voxels to points, which have heights of their own. */
import assert from "node:assert/strict";
import { classHeights } from "../../lib/segment/labels/class_heights.ts";
import { labelPoints } from "../../lib/segment/labels/point_labels.ts";

/** Three voxels and their points: more than one batch of them. */
const PREDICTION = {
  rows: 3,
  classes: 3,
  values: Float32Array.of(0.5, 0.25, 0.25, 0.125, 0.125, 0.75, 0.995, 0.003, 0.002),
};
const POINTS = 70_000;
const POINT_ROW = Uint32Array.from({ length: POINTS }, (_, p) => p % 3);

Deno.test("labelPoints() gives points what their voxels have, where classes have no heights", () => {
  const { labels, confidence, probabilities } = labelPoints(PREDICTION, POINT_ROW, null, true);
  assert.deepEqual([...labels.subarray(-4)], [0, 2, 0, 0]);
  assert.deepEqual([...confidence.subarray(0, 2)], [0.5, 0.75]);
  assert.deepEqual(probabilities!.subarray(0, 9), PREDICTION.values);
  assert.equal(labelPoints(PREDICTION, POINT_ROW, null, false).probabilities, undefined);
});

Deno.test("labelPoints() weighs classes by the height of each point, which a sure network outvotes", () => {
  const card = {
    classes: ["ground", "roof", "water"],
    heights: { ground: [null, 0.3], roof: [0.3, null] } as Record<
      string,
      [number | null, number | null]
    >,
  };
  // Low and high by turns, with the last at the bound, which is low still.
  const aboveGround = Float32Array.from({ length: POINTS }, (_, p) => p % 2 === 0 ? -2 : 7);
  aboveGround[POINTS - 1] = 0.3;
  const heights = classHeights(card, { aboveGround });
  const { labels, confidence, probabilities } = labelPoints(PREDICTION, POINT_ROW, heights, true);
  // First voxel: ground where it is low, else roof or water, which are alike; the third: ground, even high up.
  assert.deepEqual([...labels.subarray(0, 6)], [0, 2, 0, 1, 2, 0]);
  assert.equal(labels[POINTS - 1], 0);
  probabilities!.subarray(-300).forEach((value, i, all) => {
    if (i % 3 === 0) assert.ok(Math.abs(value + all[i + 1]! + all[i + 2]! - 1) < 1e-6);
  });
  labels.forEach((label, p) => assert.equal(probabilities![3 * p + label], confidence[p]));
  assert.deepEqual(labelPoints(PREDICTION, POINT_ROW, heights, false), { labels, confidence });
});

Deno.test("classHeights() gives none without heights of the classes or of the points", () => {
  const aboveGround = Float32Array.of(1);
  assert.equal(classHeights({ classes: ["a"] }, { aboveGround }), null);
  assert.equal(classHeights({ classes: ["a"], heights: { a: [0, 1] } }, {}), null);
});
