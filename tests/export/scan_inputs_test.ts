/** The tables and features that an exported network reads of a scan. */
import assert from "node:assert/strict";
import { readNpz } from "../../lib/datasets/published/npz.ts";
import { encodeNpz, POINT_VOXEL, scanInputs } from "../../lib/export/scan_inputs.ts";
import { ScanTables, tableName, type TableRequest } from "../../lib/export/scan_tables.ts";
import type { StudentCard } from "../../lib/nn/card.ts";
import { networkOf } from "../../lib/nn/networks.ts";
import { readScan } from "../../lib/scan/mod.ts";
import { segmentOptions } from "../../lib/segment/options.ts";
import { coordinateWords } from "../parity/golden.ts";

/** Two neighbours along x, one far away. */
const COORDS = coordinateWords([0, 0, 0, 1, 0, 0, -5, 0, 0]);

function table(tables: ScanTables, request: TableRequest): number[][] {
  const { shape: [count = 0, width = 1], rows } = tables.table(request);
  assert.equal(rows.length, count * width);
  return Array.from(
    { length: count },
    (_, row) => [...rows.subarray(row * width, row * width + width)].map(Number),
  );
}

Deno.test("ScanTables finds neighbours by the order of a kernel's offsets, x fastest", () => {
  const tables = new ScanTables(networkOf("MinkUNet14Slim", 1), COORDS);
  const rows = table(tables, { kind: "neighbours", level: 0, kernelSize: 3 });
  assert.deepEqual(rows.map((row) => row.filter((other) => other >= 0)), [[0, 1], [0, 1], [2]]);
  assert.deepEqual(rows.map((row) => row.indexOf(0)), [13, 12, -1]);
  // Both neighbours are in voxel 0 of the next level, at offsets 0 and 1; -5 is in [-6, -4), at offset 1.
  assert.deepEqual(table(tables, { kind: "down", level: 0 }), [
    [0, 1, -1, -1, -1, -1, -1, -1],
    [-1, 2, -1, -1, -1, -1, -1, -1],
  ]);
  assert.deepEqual(table(tables, { kind: "up", level: 0 }), [
    [0, -1, -1, -1, -1, -1, -1, -1],
    [-1, 0, -1, -1, -1, -1, -1, -1],
    [-1, 1, -1, -1, -1, -1, -1, -1],
  ]);
});

Deno.test("ScanTables gives a point transformer children, parents and patches whose last one borrows", () => {
  // Along x the curve z goes 0, 1, ..., 69 in this order, whatever the order of the rows is.
  const places = Array.from({ length: 70 }, (_, row) => row * 27 % 70);
  const coords = coordinateWords(places.flatMap((x) => [x, 0, 0]));
  const tables = new ScanTables(networkOf("ptv3-slim", 1), coords);
  const parents = table(tables, { kind: "parents", level: 0 }).flat();
  const children = table(tables, { kind: "children", level: 0 });
  assert.equal(children.length, 35);
  children.forEach((own, parent) => {
    assert.deepEqual(own.map((row) => parents[row]), [parent, parent]);
    assert.deepEqual(new Set(own.map((row) => places[row]! >> 1)).size, 1);
  });
  const place = { level: 0, order: 0, patch: 64 };
  const patches = table(tables, { kind: "patches", place });
  const along = patches.map((rows) => rows.map((row) => places[row]!));
  const run = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
  // The borrowed rows come after the patch's own.
  assert.deepEqual(along, [run(0, 64), [...run(64, 70), ...run(6, 64)]]);
  const flat = patches.flat();
  const found = table(tables, { kind: "places", place }).flat();
  assert.deepEqual(found.map((at) => flat[at]), run(0, 70));
  assert.equal(tableName({ kind: "patches", place }), "patches_64_order0_level0");
});

Deno.test("ScanTables refuses what a point transformer cannot line up", () => {
  const far = coordinateWords([0, 0, 0, 70_000, 0, 0]);
  assert.throws(() => new ScanTables(networkOf("ptv3-slim", 1), far), /use larger voxels/);
});

Deno.test("scanInputs() averages features by voxel, says where points are, and warns; NumPy's archive holds all", async () => {
  const ply =
    "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\n" +
    "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n" +
    "0 0 0 255 0 0\n0.01 0 0 0 0 0\n0.5 0 0 255 255 0\n";
  const read = await readScan(new TextEncoder().encode(ply), "three.ply");
  const scan = { ...read, warnings: [{ code: "left-out", text: "Something was left out." }] };
  const card = { id: "c", features: ["red", "one"], voxelSize: 0.1 } as unknown as StudentCard;
  const options = segmentOptions({ method: "source", up: "z", unit: "metre" }, false);
  const { arrays, voxels, warnings } = scanInputs(
    { scan, photos: [], cameras: [], options },
    card,
    networkOf("MinkUNet14Slim", 2),
    [{ kind: "down", level: 3 }],
  );
  assert.equal(voxels, 2);
  assert.deepEqual([...arrays.get("voxel_features")!.data], [0, 1, 0.5, 1]);
  assert.deepEqual(warnings.map(({ code }) => code), ["left-out"]);
  const back = readNpz(encodeNpz(arrays), "three.npz", [...arrays.keys()]);
  assert.deepEqual(back.get(POINT_VOXEL), { shape: [3], values: Float64Array.of(0, 0, 1) });
  assert.deepEqual(back.get("voxel_features")!.shape, [2, 2]);
  // Both voxels are in one of level 3, and that is in one of level 4.
  assert.deepEqual(back.get("down_level3")!.values, Float64Array.of(0, -1, -1, -1, -1, -1, -1, -1));
});
