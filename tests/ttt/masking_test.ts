/** Masks, and the targets of reconstruction. */
import assert from "node:assert/strict";
import type { GpuBuffer } from "../../lib/gpu/mod.ts";
import { CELL } from "../../lib/graph/losses/occupancy.ts";
import type { StudentCard } from "../../lib/nn/card.ts";
import { CELLS, drawMask, MASK, Masker, occupancyTargets } from "../../lib/ttt/masking.ts";
import { SparseScan } from "../../lib/voxels/sparse_scan.ts";
import { Random } from "../../lib/random/random.ts";
import { withGpu } from "../gpu.ts";
import { CARD, smallScan } from "./small_scan.ts";

/** Rows of x, y, z as voxels. */
function voxels(...rows: [number, number, number][]): Int32Array {
  return Int32Array.from(rows.flatMap((row) => [...row, 0]));
}

/** A square sheet of `edge` by `edge` voxels about the origin. */
function sheet(edge: number): Int32Array {
  return voxels(...Array.from(
    { length: edge * edge },
    (_, i) => [i % edge - edge / 2, Math.floor(i / edge) - edge / 2, 0] as [number, number, number],
  ));
}

Deno.test("drawMask() hides whole blocks, about the given share, others each time", () => {
  const coords = sheet(64);
  const random = new Random(3);
  const options = { share: 0.6, block: 4 };
  const first = drawMask(coords, options, random);
  const hidden = first.reduce((sum, value) => sum + value, 0) / first.length;
  assert.ok(Math.abs(hidden - 0.6) < 0.05, `${hidden} hidden`);
  assert.notDeepEqual(drawMask(coords, options, random), first);
  assert.deepEqual(drawMask(coords, options, new Random(3)), first);
  // Along a row of voxels, hidden and visible ones alternate at the edges of blocks only.
  const changes = Array.from(first.subarray(0, 64), (value, x) => x > 0 && value !== first[x - 1])
    .flatMap((isChange, x) => isChange ? [x % 4] : []);
  assert.ok(changes.length > 0);
  assert.equal(new Set(changes).size, 1, `changes at ${changes}`);
});

Deno.test("drawMask() leaves at least one block visible", () => {
  for (const share of [0, 1]) {
    const mask = drawMask(sheet(16), { share, block: 4 }, new Random(1));
    const visible = mask.filter((value) => value === 0).length;
    assert.ok(visible > 0 && (share > 0 || visible === mask.length));
  }
  assert.deepEqual([...drawMask(voxels([5, 5, 5]), { share: 1, block: 4 }, new Random(1))], [0]);
});

Deno.test("occupancyTargets() tells hidden, visible and empty cells apart", () => {
  const coords = voxels([0, 0, 0], [1, 0, 0], [-2, 2, -1], [3, 0, 0], [2_000_000_000, -7, 9]);
  const { targets, occupied, empty } = occupancyTargets(coords, Uint8Array.of(0, 0, 1, 1, 0));
  assert.equal(targets.length, 3 * CELLS);
  const cell = (row: number, x: number, y: number, z: number) =>
    targets[row * CELLS + (x + 2) + 5 * (y + 2) + 25 * (z + 2)];
  assert.equal(cell(0, 0, 0, 0), CELL.ignored);
  assert.equal(cell(0, 1, 0, 0), CELL.ignored);
  assert.equal(cell(0, -2, 2, -1), CELL.occupied);
  assert.equal(cell(0, 2, 0, 0), CELL.empty);
  assert.equal(cell(1, 2, 0, 0), CELL.occupied);
  assert.equal(cell(1, -1, 0, 0), CELL.ignored);
  assert.equal(cell(2, 0, 0, 0), CELL.ignored);
  assert.deepEqual([occupied, empty], [2, 3 * CELLS - 2 - 5]);
});

withGpu(
  "Masker.draw() builds the visible part, its voxels in the order of the targets",
  async (gpu) => {
    using small = await smallScan(gpu);
    const { scan, student } = small.context;
    // Every attribute of a point holds its index.
    const { positions } = small.context.points;
    const points = {
      ...small.context.points,
      intensity: positions.filter((_, i) => i % 3 === 0).map((_, p) => p),
      normals: positions.map((_, i) => Math.floor(i / 3)),
    };
    const features: StudentCard["features"] = ["intensity", "normal_x", "red", "normal_z"];
    const masker = await Masker.of({ ...small.context, points, features });
    using masked = await masker.draw(MASK, new Random(2));
    const { count } = masked.scan.voxels;
    assert.ok(count < 0.7 * scan.voxels.count && count > 0.1 * scan.voxels.count);
    assert.equal(masked.targets.rows, count);
    // Draws the same mask by hand.
    const coords = await gpu.read(scan.voxels.coords, Int32Array, scan.voxels.count * 4);
    const hidden = drawMask(coords, MASK, new Random(2));
    const left = coords.filter((_, i) => hidden[Math.floor(i / 4)] === 0);
    assert.deepEqual(await gpu.read(masked.scan.voxels.coords, Int32Array, count * 4), left);
    const { targets, occupied, empty } = occupancyTargets(coords, hidden);
    const binding = masked.targets.binding as Parameters<typeof gpu.read>[0];
    assert.deepEqual(await gpu.read(binding, Uint32Array, targets.length), targets);
    assert.equal(masked.positiveWeight, empty / occupied);
    assert.ok(masked.scan.voxels.points < positions.length / 3);
    // Voxels are hidden whole, so the input of the visible ones stays.
    using whole = await SparseScan.build(gpu, student, features, points, CARD.voxelSize);
    const rowsOf = async ({ features }: SparseScan) =>
      await gpu.read(features.binding as GpuBuffer, Float32Array, features.rows * 4);
    const before = await rowsOf(whole);
    assert.deepEqual(
      await rowsOf(masked.scan),
      before.filter((_, i) => hidden[Math.floor(i / 4)] === 0),
    );
  },
);
