import assert from "node:assert/strict";
import type { DatasetScene } from "../../lib/datasets/dataset.ts";
import { classShares, OracleTeacher } from "../../lib/eval/models/oracle_teacher.ts";
import type { Photo } from "../../lib/scan/mod.ts";
import { withGpu } from "../gpu.ts";

const DATASET = { name: "toy", classes: ["floor", "wall", "table", "chair", "door"] };

function photoOf(name: string, width: number, height: number): Photo {
  return { name, width, height, pixels: new Uint8Array(width * height * 3) };
}

function sceneOf(photos: Photo[], photoClasses?: Uint8Array[]): DatasetScene {
  const scan = { labels: null } as unknown as DatasetScene["scan"];
  const scene = { id: "source/test/0", scan, photos, cameras: [] };
  return photoClasses ? { ...scene, photoClasses } : scene;
}

Deno.test("classShares() gives the share of every class in every cell", () => {
  const labels = new Uint8Array(16 * 8);
  // Left cell: a quarter wall, the rest floor. Right cell: half chair, half unknown.
  for (let v = 0; v < 8; v++) {
    for (let u = 0; u < 16; u++) {
      labels[v * 16 + u] = u < 8 ? (v < 2 ? 1 : 0) : u < 12 ? 3 : 255;
    }
  }
  const { rows, cols, shares } = classShares(labels, { width: 16, height: 8 }, 5);
  assert.deepEqual([rows, cols], [1, 2]);
  assert.deepEqual([...shares], [0.75, 0.25, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
});

Deno.test("classShares() is zero where nothing is known", () => {
  const labels = new Uint8Array(64).fill(255);
  assert.deepEqual([...classShares(labels, { width: 8, height: 8 }, 3).shares], [0, 0, 0, 0]);
});

Deno.test("classShares() covers a photograph whose sides are no multiples of 8", () => {
  const labels = new Uint8Array(20 * 13).fill(2);
  labels.fill(1, 0, 20 * 6);
  const { rows, cols, shares } = classShares(labels, { width: 20, height: 13 }, 4);
  assert.deepEqual([rows, cols], [2, 3]);
  assert.deepEqual([...shares.subarray(0, 4)], [0, 1, 0, 0], "rows 0 to 5 fill the upper cell");
  assert.deepEqual([...shares.subarray(5 * 4)], [0, 0, 1, 0]);
});

withGpu("OracleTeacher describes the photographs of scenes it was shown", async (gpu) => {
  const teacher = new OracleTeacher(gpu, DATASET);
  const photos = [photoOf("a.png", 8, 8), photoOf("b.png", 16, 8)];
  const classes = [new Uint8Array(64).fill(4), new Uint8Array(128).fill(2)];
  teacher.show(sceneOf(photos, classes));
  const done: number[] = [];
  const maps = await teacher.describeAll(photos.toReversed(), { onPhoto: (n) => done.push(n) });
  assert.deepEqual(done, [1, 2]);
  assert.deepEqual(maps.map((map) => [map.rows, map.cols, map.channels]), [[1, 2, 5], [1, 1, 5]]);
  assert.equal(teacher.card.width, 5);
  assert.deepEqual([...await gpu.read(maps[1]!.buffer, Float32Array, 8)], [0, 0, 0, 0, 1, 0, 0, 0]);
  for (const map of maps) map.destroy();
  await teacher.destroy();
});

withGpu("OracleTeacher refuses what it was not shown and leaves nothing behind", async (gpu) => {
  const teacher = new OracleTeacher(gpu, DATASET);
  const shown = photoOf("a.png", 8, 8);
  teacher.show(sceneOf([shown], [new Uint8Array(64)]));
  await assert.rejects(
    teacher.describeAll([shown, photoOf("a.png", 8, 8)]),
    /^TypeError: Cannot describe a\.png: its scene was not shown/,
  );
  await assert.rejects(
    teacher.describeAll([shown], { signal: AbortSignal.abort(new Error("enough")) }),
    /enough/,
  );
  assert.throws(
    () => teacher.show(sceneOf([shown])),
    /^TypeError: Cannot show source\/test\/0 to the oracle: 0 of its 1 photographs/,
  );
});
