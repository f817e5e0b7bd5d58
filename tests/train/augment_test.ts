import assert from "node:assert/strict";
import { augment } from "../../lib/train/augment.ts";
import { Random } from "../../lib/random/random.ts";
import { boxPoints } from "../ttt/small_scan.ts";

Deno.test("augment() rotates normals and origin with the points, and keeps the attributes of each point together", () => {
  const count = 60;
  const points = boxPoints(6, count);
  const scene = {
    ...points,
    origin: [30, -20, 10] as [number, number, number],
    intensity: Float32Array.from({ length: count }, (_, p) => p / count),
    // The direction from each point to the next, which must rotate with the points.
    normals: Float32Array.from({ length: 3 * count }, (_, i) => {
      const step = [0, 1, 2].map((axis) => {
        const at = 3 * Math.floor(i / 3) + axis;
        return points.positions[(at + 3) % (3 * count)]! - points.positions[at]!;
      });
      return step[i % 3]! / Math.hypot(...step);
    }),
    aboveGround: Float32Array.from({ length: count }, (_, p) => p),
    labels: Int32Array.from({ length: count }, (_, p) => p),
  };
  for (let seed = 0; seed < 6; seed++) {
    const got = augment(scene, new Random(seed));
    const at = (values: Float32Array, p: number) => [...values.subarray(3 * p, 3 * p + 3)];
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((v, i) => v - b[i]!));
    const pairs = Array.from(got.labels, (_, p) => p).filter((p) =>
      got.labels[p + 1] === got.labels[p]! + 1
    );
    assert.ok(pairs.length > 10);
    for (const p of pairs) {
      const [here, there] = [at(got.positions, p), at(got.positions, p + 1)];
      const length = distance(here, there);
      const step = there.map((value, i) => (value - here[i]!) / length);
      assert.ok(distance(step, at(got.normals!, p)) < 1e-4);
      assert.equal(got.intensity![p], scene.intensity[got.labels[p]!]);
      assert.deepEqual(at(got.unmoved, p), at(scene.positions, got.labels[p]!));
    }
    // Origin and points are transformed alike: all lengths and heights have the same scale.
    const scale = got.origin[2] / 10;
    assert.ok(scale >= 0.92 && scale <= 1.08);
    got.labels.forEach((label, p) => assert.equal(got.aboveGround![p], Math.fround(scale * label)));
    assert.ok(Math.abs(Math.hypot(...got.origin) / Math.hypot(...scene.origin) - scale) < 1e-9);
    const [p] = pairs;
    const before = distance(at(got.unmoved, p!), at(got.unmoved, p! + 1));
    const after = distance(at(got.positions, p!), at(got.positions, p! + 1));
    assert.ok(Math.abs(after / before - scale) < 1e-4);
  }
});

Deno.test("augment() scales roughness, and hides of half of the scenes how often pulses came back, in two ways", () => {
  const points = boxPoints(6, 40);
  const scene = {
    ...points,
    roughness: new Float32Array(40).fill(0.5),
    multipleReturns: Float32Array.from({ length: 40 }, (_, p) => p % 2 === 0 ? 1 : -1),
    labels: Int32Array.from({ length: 40 }, (_, p) => p),
  };
  const told = { as_measured: 0, nothing: 0, all_once: 0 };
  for (let seed = 0; seed < 200; seed++) {
    const { roughness, multipleReturns, labels } = augment(scene, new Random(seed));
    assert.ok(roughness!.every((value) => value >= 0.46 && value <= 0.541));
    if (multipleReturns!.every((value) => value === 0)) told.nothing++;
    else if (multipleReturns!.every((value) => value === -1)) told.all_once++;
    else {
      told.as_measured++;
      assert.deepEqual(
        multipleReturns,
        Float32Array.from(labels, (p) => scene.multipleReturns[p]!),
      );
    }
  }
  const near = (count: number, wanted: number) => Math.abs(count - wanted) < 20;
  assert.ok(near(told.as_measured, 100) && near(told.nothing, 50) && near(told.all_once, 50));
});

Deno.test("augment() cuts a square about a point out of a scene", () => {
  const points = boxPoints(6, 400);
  const scene = { ...points, labels: Int32Array.from({ length: 400 }, (_, p) => p) };
  const whole = augment(scene, new Random(1));
  const { unmoved, labels } = augment(scene, new Random(1), 0.5);
  assert.ok(labels.length > 0 && labels.length < 0.5 * whole.labels.length);
  for (const axis of [0, 1]) {
    const along = unmoved.filter((_, i) => i % 3 === axis);
    assert.ok(Math.max(...along) - Math.min(...along) <= 0.5 + 1e-6);
  }
  labels.forEach((p, i) => assert.equal(unmoved[3 * i], points.positions[3 * p]));
});
