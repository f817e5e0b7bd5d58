import assert from "node:assert/strict";
import { Graph } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { Student } from "../../lib/nn/student.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { augmentationRowsToScan, drawAugmentation } from "../../lib/ttt/augmentation.ts";
import { Random } from "../../lib/random/random.ts";
import { assertClose, inputTensor, seededNumbers, unpadRows } from "../graph/support.ts";
import { withGpu } from "../gpu.ts";
import { boxPoints, CARD } from "./small_scan.ts";

const MILD = { jitter: 0.03, scale: 0.1, colour: 0.2 };

function distance(positions: Float32Array, p: number, q: number): number {
  return Math.hypot(...[0, 1, 2].map((c) => positions[3 * p + c]! - positions[3 * q + c]!));
}

Deno.test("drawAugmentation() gives the same augmentation for the same seed, and leaves the scan alone", () => {
  const points = boxPoints(2, 50);
  const before = structuredClone(points);
  const first = drawAugmentation(points, MILD, new Random(1));
  assert.deepEqual(drawAugmentation(points, MILD, new Random(1)), first);
  assert.notDeepEqual(drawAugmentation(points, MILD, new Random(2)).positions, first.positions);
  assert.deepEqual(points, before);
});

Deno.test("drawAugmentation() without noise is a similarity that keeps the vertical", () => {
  const points = boxPoints(3, 40);
  const mirrored = new Set<boolean>();
  for (let seed = 0; seed < 12; seed++) {
    const { positions } = drawAugmentation(points, { ...MILD, jitter: 0 }, new Random(seed));
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
  assert.equal(mirrored.size, 2, "some augmentations are mirrored, some are not");
});

Deno.test("drawAugmentation() jitters by the given deviation and keeps colours from 0 to 1", () => {
  const points = boxPoints(4, 5000);
  const still = drawAugmentation(points, { ...MILD, jitter: 0, scale: 0 }, new Random(9));
  const moved = drawAugmentation(points, { ...MILD, scale: 0 }, new Random(9));
  const squares = moved.positions.reduce(
    (sum, value, i) => sum + (value - still.positions[i]!) ** 2,
    0,
  );
  assert.ok(Math.abs(Math.sqrt(squares / moved.positions.length) - 0.03) < 0.002);
  assert.ok(moved.colors!.every((value) => value >= 0 && value <= 1));
  assert.notDeepEqual(moved.colors, points.colors);
  assert.equal(drawAugmentation({ ...points, colors: null }, MILD, new Random(9)).colors, null);
});

Deno.test("drawAugmentation() rotates normals and the origin as it rotates the points", () => {
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
    aboveGround: points.positions.filter((_, i) => i % 3 === 2),
  };
  for (let seed = 0; seed < 6; seed++) {
    const augmented = drawAugmentation(full, { ...MILD, jitter: 0 }, new Random(seed));
    const scale = distance(augmented.positions, 0, 1) / distance(points.positions, 0, 1);
    assertClose(augmented.origin, augmented.positions.subarray(0, 3), 1e-6, "origin");
    const want = augmented.positions.map((value, i) => value / (scale * lengths[i]!));
    assertClose(augmented.normals!, want, 1e-6, "normals");
    assert.equal(augmented.intensity, full.intensity);
    const heights = augmented.positions.filter((_, i) => i % 3 === 2);
    assertClose(augmented.aboveGround!, heights, 1e-6, "heights");
  }
});

withGpu(
  "augmentationRowsToScan() averages an augmentation's rows over the points of each voxel",
  async (gpu) => {
    using owned = new DisposableStack();
    const points = boxPoints(5, 400);
    const build = async (of: typeof points) =>
      owned.use(
        await SparseScan.build(gpu, new Student(CARD), CARD.features, of, CARD.voxelSize),
      );
    const scan = await build(points);
    const augmented = await build(drawAugmentation(points, MILD, new Random(3)));
    assert.notEqual(augmented.voxels.count, scan.voxels.count);
    const channels = 5;
    const x = seededNumbers(6, augmented.voxels.count * channels).map(Math.fround);
    const graph = new Graph(gpu.kernels);
    const y = augmentationRowsToScan(
      graph,
      inputTensor(gpu, owned, "x", x, channels),
      augmented,
      scan,
    );
    const most = Math.max(
      ...graph.launches.flatMap(({ bindings }) => bindings.map(({ bytes }) => bytes)),
    );
    assert.ok(most <= x.length * 8 * 4, "no row is stored for each point");
    const plan = owned.use(new Plan(gpu, graph, [y]));
    plan.submit();

    const rowsOf = (of: SparseScan) => gpu.read(of.voxels.pointRow, Uint32Array, 400);
    const [from, to] = [await rowsOf(augmented), await rowsOf(scan)];
    const want = new Float64Array(scan.voxels.count * channels);
    const counts = new Float64Array(scan.voxels.count);
    to.forEach((row) => counts[row]!++);
    to.forEach((row, p) => {
      for (let c = 0; c < channels; c++) {
        want[row * channels + c]! += x[from[p]! * channels + c]! / counts[row]!;
      }
    });
    assertClose(unpadRows(await plan.read(y), channels), want, 1e-6, "rows");
  },
);
