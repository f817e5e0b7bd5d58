/** What every input channel says of a point, in which unit and from where. */
import assert from "node:assert/strict";
import { FEATURE_NAMES, type FeatureName } from "../../lib/nn/features.ts";
import { pointFeatures } from "../../lib/voxels/input_features.ts";
import { anchorOf, pickPoints, type Points } from "../../lib/voxels/points.ts";
import { augmentedCopy } from "../../lib/ttt/augmented_copy.ts";
import { Random } from "../../lib/random/random.ts";

/** Three points of a scan whose origin was taken off. */
const POINTS: Points = {
  positions: Float32Array.of(1, -2, 0.5, 3, 2, -1, 2, 1, 4),
  origin: [10, -20, 100],
  colors: Float32Array.of(0, 0.25, 1, 0.5, 0.75, 0.125, 1, 1, 0),
  intensity: Float32Array.of(0.5, 0, 1),
  normals: Float32Array.of(0, 0, 1, 0.6, 0.8, 0, 0, 0, 0),
};

/** What a channel must be at the three points. */
const WANT: Record<FeatureName, [number, number, number]> = {
  red: [-0.5, 0, 0.5],
  green: [-0.25, 0.25, 0.5],
  blue: [0.5, -0.375, -0.5],
  red_unit: [0, 0.5, 1],
  green_unit: [0.25, 0.75, 1],
  blue_unit: [1, 0.125, 0],
  red_signed: [-1, 0, 1],
  green_signed: [-0.5, 0.5, 1],
  blue_signed: [1, -0.75, -1],
  one: [1, 1, 1],
  normal_x: [0, 0.6, 0],
  normal_y: [0, 0.8, 0],
  normal_z: [1, 0, 0],
  // The bounding box reaches from 1 to 3, from -2 to 2, and down to -1.
  x_centred: [-1, 1, 0],
  y_centred: [-2, 2, 1],
  height: [1.5, 0, 5],
  x: [11, 13, 12],
  y: [-22, -18, -19],
  z: [100.5, 99, 104],
  intensity: [0.5, 0, 1],
};

for (const name of FEATURE_NAMES) {
  Deno.test(`pointFeatures() gives ${name} in its unit, from its origin`, () => {
    const rows = pointFeatures(POINTS, [name]);
    assert.deepEqual([...rows], WANT[name].flatMap((value) => [Math.fround(value), 0, 0, 0]));
  });
}

Deno.test("pointFeatures() keeps the order of the card, and pads rows to whole quads", () => {
  const rows = pointFeatures(POINTS, ["intensity", "one", "blue", "z", "red"]);
  assert.deepEqual([...rows.subarray(0, 8)], [0.5, 1, 0.5, 100.5, -0.5, 0, 0, 0]);
  assert.equal(rows.length, 3 * 8);
});

Deno.test("pointFeatures() takes mid-grey for colours that are missing", () => {
  const rows = pointFeatures({ ...POINTS, colors: null }, ["red", "green_unit", "blue_signed"]);
  assert.deepEqual([...rows.subarray(0, 4)], [0, 0.5, 0, 0]);
});

Deno.test("pointFeatures() never makes up intensity or normals", () => {
  const bare = { ...POINTS, intensity: null, normals: null };
  assert.throws(() => pointFeatures(bare, ["intensity"]), TypeError);
  assert.throws(() => pointFeatures(bare, ["normal_y"]), TypeError);
});

Deno.test("pointFeatures() of a block, turned or not, has the whole scan's middle and floor", () => {
  const names: FeatureName[] = ["x_centred", "y_centred", "height"];
  const numbers = Uint32Array.of(1, 2);
  const block = pickPoints(POINTS, numbers);
  const whole = pointFeatures(POINTS, names);
  const rows = (features: Float32Array, points: Iterable<number>) =>
    Array.from(points, (p) => [...features.subarray(4 * p, 4 * p + 4)]);
  assert.deepEqual(rows(pointFeatures(block, names), [0, 1]), rows(whole, numbers));
  const unmoved = { jitter: 0, scale: 0, colour: 0 };
  const near = (a: Float32Array, b: number[][]) =>
    b.flat().forEach((value, i) => assert.ok(Math.abs(a[i]! - value) < 1e-5));
  const turned = augmentedCopy({ ...POINTS, anchor: anchorOf(POINTS) }, unmoved, new Random(3));
  const turnedBlock = augmentedCopy(block, unmoved, new Random(3));
  near(pointFeatures(turnedBlock, names), rows(pointFeatures(turned, names), numbers));
});
