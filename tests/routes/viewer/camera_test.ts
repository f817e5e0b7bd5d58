/** The viewer's camera, and the extent of what it shows. */
import assert from "node:assert/strict";
import { FRAMES, OrbitCamera } from "../../../routes/viewer/camera.js";
import { extentOf, heightsOf } from "../../../routes/viewer/extent.js";

type Up = keyof typeof FRAMES;

/** Projects a point: -1 to 1 from left to right, bottom to top and near to far, and its distance. */
function projected(camera: OrbitCamera, aspect: number, point: readonly number[]) {
  const m: Float32Array = camera.matrix(aspect);
  const [x, y, z, w] = [0, 1, 2, 3].map((row) =>
    m[row]! * point[0]! + m[4 + row]! * point[1]! + m[8 + row]! * point[2]! + m[12 + row]!
  ) as [number, number, number, number];
  return { x: x / w, y: y / w, z: z / w, distance: w };
}

Deno.test("OrbitCamera.frame() fits a whole box into the picture, upright", () => {
  const [least, greatest] = [[-3, 10, 2], [40, 17, 6]];
  for (const up of Object.keys(FRAMES) as Up[]) {
    for (const aspect of [0.5, 1, 2.2]) {
      const camera = new OrbitCamera();
      camera.up = up;
      camera.frame(least, greatest, aspect);
      const corners = Array.from(
        { length: 8 },
        (_, corner) =>
          projected(camera, aspect, [0, 1, 2].map((i) => [least, greatest][corner >> i & 1]![i]!)),
      );
      const out = Math.max(...corners.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]));
      assert.ok(out < 1 && out > 0.6, `${up} ${aspect}: ${out}`);
      const { near, far } = camera.range;
      for (const { z, distance } of corners) {
        assert.ok(Math.abs(z) < 1 && distance > near && distance < far);
      }
      const middle = least.map((low, i) => (low + greatest[i]!) / 2);
      const above = middle.map((value, i) => value + FRAMES[up].up[i]!);
      assert.ok(projected(camera, aspect, above).y > projected(camera, aspect, middle).y);
    }
  }
});

Deno.test("OrbitCamera.orbit() keeps the target in the middle, and pan() moves it", () => {
  const camera = new OrbitCamera();
  camera.frame([0, 0, 0], [2, 2, 2], 1);
  camera.orbit(1, -5);
  const { x, y, distance } = projected(camera, 1, [1, 1, 1]);
  assert.ok(Math.abs(x) < 1e-5 && Math.abs(y) < 1e-5);
  assert.ok(Math.abs(distance - camera.distance) < 1e-4);
  // Half a picture to the right: what was in the middle is at the left edge.
  camera.pan(0.5, 0);
  assert.ok(Math.abs(projected(camera, 1, [1, 1, 1]).x + 1) < 1e-4);
  camera.zoom(1e-9);
  assert.ok(camera.distance > 0);
});

/** Makes points over a ground plan of 40 by 40, at the heights that a function gives for each place. */
function over(heights: (east: number, north: number) => number[]): Float32Array {
  const plan = Array.from({ length: 1600 }, (_, i) => [i % 40, Math.floor(i / 40)] as const);
  return Float32Array.from(
    plan.flatMap(([east, north]) => heights(east, north).flatMap((up) => [east, north, up])),
  );
}

Deno.test("heightsOf() finds the ceiling of a room, and none on hills and trees", () => {
  const room = over(() => [0, 1, 3]);
  const { low, high, ceiling } = heightsOf(room, FRAMES.z);
  assert.deepEqual([low, high], [0, 3]);
  assert.ok(ceiling! > 1 && ceiling! < 3);
  assert.equal(heightsOf(over((east) => [east, east + 0.5]), FRAMES.z).ceiling, null);
  const treetops = over((east, north) => [0, 17 + (east * 7 + north * 11) % 30 / 10]);
  assert.equal(heightsOf(treetops, FRAMES.z).ceiling, null);
  const wood = over((east, north) => east % 5 < 2 && north % 7 < 3 ? [0, 18, 20] : [0]);
  assert.equal(heightsOf(wood, FRAMES.z).ceiling, null);
  // The same room with y up.
  const rotated = room.map((_, i) => room[i - i % 3 + [0, 2, 1][i % 3]!]!);
  assert.deepEqual(heightsOf(rotated, FRAMES.y), { low, high, ceiling });
});

Deno.test("extentOf() estimates the distance of neighbours in spite of an outlier", () => {
  const side = 200;
  const positions = new Float32Array(3 * (side ** 2 + 1));
  for (let i = 0; i < side ** 2; i++) {
    positions.set([(i % side) / 10, Math.floor(i / side) / 10, 0], 3 * i);
  }
  positions.set([5000, 5000, 5000], 3 * side ** 2);
  const { greatest, spacing } = extentOf(positions);
  assert.ok(greatest[0]! < 20 && greatest[2]! < 1);
  assert.ok(spacing > 0.08 && spacing < 0.15, `${spacing}`);
});
