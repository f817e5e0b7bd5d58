import assert from "node:assert/strict";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { voxelize, voxelizeReference } from "../../lib/sparse/mod.ts";
import { withGpu } from "../gpu.ts";
import { randomPositions } from "./clouds.ts";

async function voxelizeOnGpu(gpu: Gpu, positions: Float32Array, size: number) {
  using input = gpu.upload("positions", positions);
  using voxels = await voxelize(gpu, input, positions.length / 3, size);
  return {
    coords: await gpu.read(voxels.coords, Int32Array, voxels.count * 4),
    pointRow: await gpu.read(voxels.pointRow, Uint32Array, voxels.points),
    order: await gpu.read(voxels.order, Uint32Array, voxels.points),
    starts: await gpu.read(voxels.starts, Uint32Array, voxels.count + 1),
  };
}

const CLOUDS: [string, Float32Array, number][] = [
  ["no point", new Float32Array(0), 0.05],
  ["one point", Float32Array.of(-0.01, 0, 0.26), 0.05],
  ["on the faces", Float32Array.from({ length: 300 }, (_, i) => (i - 150) * 0.05), 0.05],
  ["a room", randomPositions(7, 30_000, 2), 0.05],
  [
    "every point twice",
    new Float32Array([0, 1].flatMap(() => [...randomPositions(8, 500, 1)])),
    0.02,
  ],
  ["all points the same", new Float32Array(60_000).fill(-1.234), 0.05],
  ["one voxel", randomPositions(9, 3000, 1).map((p) => p * 0.4 + 0.5), 1],
  ["at 2^20", randomPositions(10, 3000, 8).map((p, i) => p + (i % 2 ? 2 ** 20 : -(2 ** 20))), 1],
];

Deno.test("voxelizeReference() floors towards minus infinity, rows by first point", () => {
  const positions = Float32Array.of(0.06, 0, 0, -0.01, 0, 0, 0.07, 0.04, 0.01);
  const { coords, pointRow, order, starts } = voxelizeReference(positions, 0.05);
  assert.deepEqual(coords, Int32Array.of(1, 0, 0, 0, -1, 0, 0, 0));
  assert.deepEqual(pointRow, Uint32Array.of(0, 1, 0));
  assert.deepEqual(order, Uint32Array.of(0, 2, 1));
  assert.deepEqual(starts, Uint32Array.of(0, 2, 3));
});

withGpu("voxelize() agrees with its reference", async (gpu) => {
  for (const [name, positions, size] of CLOUDS) {
    assert.deepEqual(
      await voxelizeOnGpu(gpu, positions, size),
      voxelizeReference(positions, size),
      name,
    );
  }
});

withGpu("voxelize() gives the same bits twice, with one readback", async (gpu) => {
  const positions = randomPositions(11, 40_000, 3);
  const first = await voxelizeOnGpu(gpu, positions, 0.03);
  using input = gpu.upload("positions", positions);
  const before = gpu.stats.readbacks;
  using voxels = await voxelize(gpu, input, 40_000, 0.03);
  assert.equal(gpu.stats.readbacks, before + 1);
  assert.deepEqual(await gpu.read(voxels.order, Uint32Array, 40_000), first.order);
  assert.deepEqual(await gpu.read(voxels.coords, Int32Array, voxels.count * 4), first.coords);
});

withGpu("voxelize() compiles nothing for a second scan of another size", async (gpu) => {
  await voxelizeOnGpu(gpu, randomPositions(12, 2000, 1), 0.05);
  const before = gpu.stats.pipelines;
  await voxelizeOnGpu(gpu, randomPositions(13, 9000, 5), 0.1);
  assert.equal(gpu.stats.pipelines, before);
});

withGpu("voxelize() refuses points without a voxel and impossible voxel sizes", async (gpu) => {
  for (const bad of [NaN, Infinity, -Infinity, 2 ** 31 * 0.05, 3e38]) {
    using input = gpu.upload("positions", Float32Array.of(0, 0, 0, 1, bad, 1, 2, 2, 2));
    await assert.rejects(voxelize(gpu, input, 3, 0.05), {
      name: "CapacityError",
      message: /1 of 3 points/,
    });
  }
  using input = gpu.upload("positions", Float32Array.of(0, 0, 0));
  for (const size of [0, -1, NaN, Infinity, 1e-60]) {
    await assert.rejects(voxelize(gpu, input, 1, size), { name: "RangeError", message: /size/ });
  }
  await assert.rejects(voxelize(gpu, input, 1000, 1), {
    name: "TypeError",
    message: /1000 points/,
  });
});
