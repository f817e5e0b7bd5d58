/** The value of every input feature at a point: its unit, and its zero. */
import assert from "node:assert/strict";
import { FEATURE_NAMES, type FeatureName } from "../../lib/nn/features.ts";
import { pointFeatures } from "../../lib/voxels/input_features.ts";
import { anchorOf, pickPoints, type Points } from "../../lib/voxels/points.ts";
import { drawAugmentation } from "../../lib/ttt/augmentation.ts";
import { Random } from "../../lib/random/random.ts";

/** Three points of a scan, relative to its origin. */
const POINTS: Points = {
  positions: Float32Array.of(1, -2, 0.5, 3, 2, -1, 2, 1, 4),
  origin: [10, -20, 100],
  colors: Float32Array.of(0, 0.25, 1, 0.5, 0.75, 0.125, 1, 1, 0),
  intensity: Float32Array.of(0.5, 0, 1),
  normals: Float32Array.of(0, 0, 1, 0.6, 0.8, 0, 0, 0, 0),
  aboveGround: Float32Array.of(0, -1, 9),
  roughness: Float32Array.of(0, 0.1, 0.9),
  multipleReturns: Float32Array.of(0, -1, 1),
};

/** The value of each feature at the three points. */
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
  above_ground: [0, -Math.log(2), Math.log(10)],
  roughness: [0, Math.log(2), Math.log(10)],
  multiple_returns: [0, -1, 1],
};

for (const name of FEATURE_NAMES) {
  Deno.test(`pointFeatures() gives ${name} in its unit and with its zero`, () => {
    const rows = pointFeatures(POINTS, [name]);
    assert.deepEqual([...rows], WANT[name].flatMap((value) => [Math.fround(value), 0, 0, 0]));
  });
}

Deno.test("pointFeatures() keeps the order of the card, and pads rows to a multiple of four", () => {
  const rows = pointFeatures(POINTS, ["intensity", "one", "blue", "z", "red"]);
  assert.deepEqual([...rows.subarray(0, 8)], [0.5, 1, 0.5, 100.5, -0.5, 0, 0, 0]);
  assert.equal(rows.length, 3 * 8);
});

Deno.test("pointFeatures() takes mid-grey for missing colours", () => {
  const rows = pointFeatures({ ...POINTS, colors: null }, ["red", "green_unit", "blue_signed"]);
  assert.deepEqual([...rows.subarray(0, 4)], [0, 0.5, 0, 0]);
});

Deno.test("pointFeatures() refuses to make up intensity, normals or heights above ground", () => {
  const { aboveGround: _, ...rest } = POINTS;
  const bare = { ...rest, intensity: null, normals: null };
  assert.throws(() => pointFeatures(bare, ["intensity"]), TypeError);
  assert.throws(() => pointFeatures(bare, ["normal_y"]), TypeError);
  assert.throws(() => pointFeatures(bare, ["above_ground"]), TypeError);
});

Deno.test("pointFeatures() of a block, turned or not, has the whole scan's middle, floor and ground", () => {
  const names: FeatureName[] = ["x_centred", "y_centred", "height", "above_ground"];
  const numbers = Uint32Array.of(1, 2);
  const block = pickPoints(POINTS, numbers);
  const whole = pointFeatures(POINTS, names);
  const rows = (features: Float32Array, points: Iterable<number>) =>
    Array.from(points, (p) => [...features.subarray(4 * p, 4 * p + 4)]);
  assert.deepEqual(rows(pointFeatures(block, names), [0, 1]), rows(whole, numbers));
  const unmoved = { jitter: 0, scale: 0, colour: 0 };
  const near = (a: Float32Array, b: number[][]) =>
    b.flat().forEach((value, i) => assert.ok(Math.abs(a[i]! - value) < 1e-5));
  const turned = drawAugmentation({ ...POINTS, anchor: anchorOf(POINTS) }, unmoved, new Random(3));
  const turnedBlock = drawAugmentation(block, unmoved, new Random(3));
  near(pointFeatures(turnedBlock, names), rows(pointFeatures(turned, names), numbers));
});
