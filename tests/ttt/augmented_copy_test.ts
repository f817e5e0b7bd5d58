import assert from "node:assert/strict";
import { Graph } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Student } from "../../lib/nn/student.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { augmentedCopy, copyRowsToScan } from "../../lib/ttt/augmented_copy.ts";
import { Random } from "../../lib/random/random.ts";
import { assertClose, inputTensor, seededNumbers, unpadRows } from "../graph/support.ts";
import { withGpu } from "../gpu.ts";
import { boxPoints, CARD } from "./small_scan.ts";

const MILD = { jitter: 0.03, scale: 0.1, colour: 0.2 };

function distance(positions: Float32Array, p: number, q: number): number {
  return Math.hypot(...[0, 1, 2].map((c) => positions[3 * p + c]! - positions[3 * q + c]!));
}

Deno.test("augmentedCopy() gives the same copy for the same seed, and leaves the scan alone", () => {
  const points = boxPoints(2, 50);
  const before = structuredClone(points);
  const first = augmentedCopy(points, MILD, new Random(1));
  assert.deepEqual(augmentedCopy(points, MILD, new Random(1)), first);
  assert.notDeepEqual(augmentedCopy(points, MILD, new Random(2)).positions, first.positions);
  assert.deepEqual(points, before);
});

Deno.test("augmentedCopy() without noise is a similarity that keeps the vertical", () => {
  const points = boxPoints(3, 40);
  const mirrored = new Set<boolean>();
  for (let seed = 0; seed < 12; seed++) {
    const { positions } = augmentedCopy(points, { ...MILD, jitter: 0 }, new Random(seed));
    const scale = distance(positions, 0, 1) / distance(points.positions, 0, 1);
    assert.ok(scale >= 0.9 && scale <= 1.1);
    for (let p = 2; p < 40; p++) {
      const want = scale * distance(points.positions, 0, p);
      assert.ok(Math.abs(distance(positions, 0, p) - want) < 1e-5);
      assert.ok(Math.abs(positions[3 * p + 2]! - scale * points.positions[3 * p + 2]!) < 1e-5);
    }
    const cross = (from: Float32Array) => from[0]! * from[4]! - from[1]! * from[3]!;
    mirrored.add(cross(positions) * cross(points.positions) < 0);
  }
  assert.equal(mirrored.size, 2, "some copies are mirrored, some are not");
});

Deno.test("augmentedCopy() jitters by the deviation asked for and keeps colours from 0 to 1", () => {
  const points = boxPoints(4, 5000);
  const still = augmentedCopy(points, { ...MILD, jitter: 0, scale: 0 }, new Random(9));
  const moved = augmentedCopy(points, { ...MILD, scale: 0 }, new Random(9));
  const squares = moved.positions.reduce(
    (sum, value, i) => sum + (value - still.positions[i]!) ** 2,
    0,
  );
  assert.ok(Math.abs(Math.sqrt(squares / moved.positions.length) - 0.03) < 0.002);
  assert.ok(moved.colors!.every((value) => value >= 0 && value <= 1));
  assert.notDeepEqual(moved.colors, points.colors);
  assert.equal(augmentedCopy({ ...points, colors: null }, MILD, new Random(9)).colors, null);
});

Deno.test("augmentedCopy() rotates normals and the origin as it rotates the points", () => {
  const points = boxPoints(6, 30);
  // Normals that point where the points lie, and an origin that is the first of them.
  const lengths = points.positions.map((_, i) =>
    Math.hypot(...points.positions.subarray(i - i % 3, i - i % 3 + 3))
  );
  const full = {
    ...points,
    origin: [...points.positions.subarray(0, 3)] as [number, number, number],
    intensity: points.positions.filter((_, i) => i % 3 === 0),
    normals: points.positions.map((value, i) => value / lengths[i]!),
  };
  for (let seed = 0; seed < 6; seed++) {
    const copy = augmentedCopy(full, { ...MILD, jitter: 0 }, new Random(seed));
    const scale = distance(copy.positions, 0, 1) / distance(points.positions, 0, 1);
    assertClose(copy.origin, copy.positions.subarray(0, 3), 1e-6, "origin");
    const want = copy.positions.map((value, i) => value / (scale * lengths[i]!));
    assertClose(copy.normals!, want, 1e-6, "normals");
    assert.equal(copy.intensity, full.intensity);
  }
});

withGpu("copyRowsToScan() averages a copy's rows over the points of each voxel", async (gpu) => {
  using owned = new DisposableStack();
  const points = boxPoints(5, 400);
  const build = async (of: typeof points) =>
    owned.use(
      await SparseScan.build(gpu, new Student(CARD), CARD.features, of, CARD.voxelSize),
    );
  const scan = await build(points);
  const copy = await build(augmentedCopy(points, MILD, new Random(3)));
  assert.notEqual(copy.voxels.count, scan.voxels.count);
  const channels = 5;
  const x = seededNumbers(6, copy.voxels.count * channels).map(Math.fround);
  const graph = new Graph();
  const y = copyRowsToScan(graph, inputTensor(gpu, owned, "x", x, channels), copy, scan);
  const plan = owned.use(new Plan(gpu, graph, [y]));
  plan.submit();

  const rowsOf = (of: SparseScan) => gpu.read(of.voxels.pointRow, Uint32Array, 400);
  const [from, to] = [await rowsOf(copy), await rowsOf(scan)];
  const want = new Float64Array(scan.voxels.count * channels);
  const counts = new Float64Array(scan.voxels.count);
  to.forEach((row) => counts[row]!++);
  to.forEach((row, p) => {
    for (let c = 0; c < channels; c++) {
      want[row * channels + c]! += x[from[p]! * channels + c]! / counts[row]!;
    }
  });
  assertClose(unpadRows(await plan.read(y), channels), want, 1e-6, "rows");
});
