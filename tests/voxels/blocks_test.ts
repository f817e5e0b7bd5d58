/** Cutting large scans into blocks. */
import assert from "node:assert/strict";
import { type Block, cutBlocks } from "../../lib/voxels/blocks.ts";
import { Random } from "../../lib/random/random.ts";

const VOXEL = 0.1;

/** Points on the floor and on one wall of a hall whose corner is not at the origin, metres. */
function hall(count: number, width: number, depth: number): Float32Array {
  const random = new Random(4);
  const positions = new Float32Array(3 * count);
  for (let p = 0; p < count; p++) {
    const x = random.range(-width, 0);
    const isWall = random.chance(0.2);
    positions.set(
      isWall ? [x, 3.01, random.range(0, 4)] : [x, random.range(3, 3 + depth), 0.03],
      3 * p,
    );
  }
  return positions;
}

const voxelOf = (positions: Float32Array, point: number) =>
  [0, 1, 2].map((axis) => Math.floor(positions[3 * point + axis]! / Math.fround(VOXEL)));

const voxelCount = (positions: Float32Array, points: Iterable<number>) =>
  new Set(Array.from(points, (point) => voxelOf(positions, point).join())).size;

const cores = (blocks: readonly Block[]) =>
  blocks.flatMap(({ points, core }) => [...points].filter((_, i) => core[i] === 1));

Deno.test("cutBlocks() gives one block where the scan fits into it", () => {
  const positions = hall(500, 5, 4);
  const [block, ...more] = cutBlocks(positions, VOXEL, {
    voxels: 500,
    points: Infinity,
    margin: 32,
  });
  assert.deepEqual(more, []);
  assert.deepEqual([...block!.points], Array.from({ length: 500 }, (_, p) => p));
  assert.ok(block!.core.every((value) => value === 1));
  assert.equal(block!.voxels, voxelCount(positions, block!.points));
});

Deno.test("cutBlocks() puts each point into one core, and keeps blocks within their size", () => {
  const positions = hall(30_000, 60, 25);
  const size = { voxels: 6000, points: Infinity, margin: 20 };
  const blocks = cutBlocks(positions, VOXEL, size);
  assert.ok(blocks.length > 3);
  assert.deepEqual(
    cores(blocks).sort((a, b) => a - b),
    Array.from({ length: 30_000 }, (_, p) => p),
  );
  for (const { points, voxels } of blocks) {
    assert.ok(voxels <= size.voxels);
    assert.equal(voxels, voxelCount(positions, points));
    assert.ok(points.every((point, i) => i === 0 || point > points[i - 1]!), "ascending");
  }
});

Deno.test("cutBlocks() gives every core a margin on all sides", () => {
  const positions = hall(20_000, 60, 20);
  const margin = 20;
  for (
    const { points, core } of cutBlocks(positions, VOXEL, {
      voxels: 8000,
      points: Infinity,
      margin,
    })
  ) {
    const inCore = [...points].filter((_, i) => core[i] === 1).map((p) => voxelOf(positions, p));
    const low = [0, 1, 2].map((axis) => Math.min(...inCore.map((at) => at[axis]!)));
    const high = [0, 1, 2].map((axis) => Math.max(...inCore.map((at) => at[axis]!)));
    const held = new Set(points);
    for (let p = 0; p < positions.length / 3; p++) {
      const near = voxelOf(positions, p).every((value, axis) =>
        value >= low[axis]! - margin && value <= high[axis]! + margin
      );
      assert.ok(!near || held.has(p), `point ${p} lies within the margin`);
    }
  }
});

Deno.test("cutBlocks() cuts along cells of 16 voxels of the scan's grid", () => {
  const positions = hall(20_000, 60, 20);
  const blocks = cutBlocks(positions, VOXEL, { voxels: 8000, points: Infinity, margin: 0 });
  const owner = new Map<string, number>();
  blocks.forEach(({ points, core }, block) =>
    points.forEach((point, i) => {
      if (core[i] === 0) return;
      const cell = voxelOf(positions, point).map((value) => Math.floor(value / 16)).join();
      assert.equal(owner.get(cell) ?? block, block);
      owner.set(cell, block);
    })
  );
});

Deno.test("cutBlocks() gives no blocks without points, and refuses scans that it cannot cut", () => {
  assert.deepEqual(
    cutBlocks(new Float32Array(), VOXEL, { voxels: 10, points: Infinity, margin: 0 }),
    [],
  );
  assert.throws(
    () => cutBlocks(hall(5000, 5, 5), VOXEL, { voxels: 100, points: Infinity, margin: 16 }),
    /a block at most 100; take larger blocks/,
  );
  assert.throws(
    () =>
      cutBlocks(Float32Array.of(0, 0, 0, 1e6, 0, 0), VOXEL, {
        voxels: 1,
        points: Infinity,
        margin: 0,
      }),
    /Cannot cut the scan: it is more than \d+ voxels long/,
  );
});

Deno.test("cutBlocks() narrows margins where a scan is dense", () => {
  const positions = hall(40_000, 20, 12);
  const blocks = cutBlocks(positions, VOXEL, { voxels: 3000, points: Infinity, margin: 64 });
  assert.deepEqual(cores(blocks).length, 40_000);
  const margins = blocks.map(({ core }) => core.filter((value) => value === 0).length);
  assert.ok(margins.some((count) => count > 0), "some margin is left");
  assert.ok(blocks.length < 60, `${blocks.length} blocks for ${40_000} points`);
});

Deno.test("cutBlocks() cuts by points where a scan is dense, and else as if there were no such limit", () => {
  const positions = hall(30_000, 60, 25);
  const size = { voxels: 6000, points: Infinity, margin: 20 };
  const most = Math.max(...cutBlocks(positions, VOXEL, size).map(({ points }) => points.length));
  assert.deepEqual(
    cutBlocks(positions, VOXEL, { ...size, points: most }),
    cutBlocks(positions, VOXEL, size),
  );
  // A hundred points in each voxel of a wall.
  const dense = Float32Array.from(
    { length: 3 * 40_000 },
    (_, i) => [(i / 3 | 0) % 40 * VOXEL + 0.01, Math.floor(i / 12_000) * VOXEL + 0.01, 0][i % 3]!,
  );
  const blocks = cutBlocks(dense, VOXEL, { voxels: 1000, points: 20_000, margin: 32 });
  assert.ok(blocks.length > 1);
  assert.ok(
    blocks.every(({ points, core }) => points.length <= 20_000 && core.length === points.length),
  );
  assert.deepEqual(cores(blocks).sort((a, b) => a - b), Array.from(dense.keys()).slice(0, 40_000));
  assert.throws(
    () => cutBlocks(dense, VOXEL, { voxels: 1000, points: 9000, margin: 32 }),
    /holds 16000 points, a block at most 9000; take smaller voxels, or thin the scan out/,
  );
});
