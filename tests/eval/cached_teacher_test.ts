import assert from "node:assert/strict";
import { FileCache } from "../../lib/eval/cache/file_cache.ts";
import { CachedTeacher } from "../../lib/eval/models/cached_teacher.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import type { Photo } from "../../lib/scan/mod.ts";
import { FeatureMap, type FeatureTeacher } from "../../lib/teacher/mod.ts";
import { withFolder } from "../commands/support.ts";
import { withGpu } from "../gpu.ts";
import { FakeEngine } from "../routes/fake_engine.ts";

const CARD = { ...new FakeEngine().teacher, width: 3 };

const photo = (name: string, red: number): Photo => ({
  name,
  width: 2,
  height: 1,
  pixels: Uint8Array.of(red, 0, 0, 0, 0, 0),
});

/** Says of a photograph its red, over a map of 1 by 2 cells. */
function redTeacher(gpu: Gpu, asked: string[]): FeatureTeacher {
  return {
    card: CARD,
    describeAll: (photos) =>
      Promise.resolve(photos.map(({ name, pixels }) => {
        asked.push(name);
        const rows = Float32Array.of(pixels[0]!, 1, 2, 0, pixels[0]! / 3, 4, 5, 0);
        return new FeatureMap(1, 2, 3, gpu.upload(name, rows));
      })),
    destroy: () => Promise.resolve(),
  };
}

async function describe(gpu: Gpu, folder: string, photos: Photo[], onnx: number) {
  const asked: string[] = [];
  const teacher = new CachedTeacher({
    gpu,
    card: CARD,
    onnx: Uint8Array.of(onnx),
    files: new FileCache(folder, 1e6),
    open: () => Promise.resolve(redTeacher(gpu, asked)),
  });
  const maps = await teacher.describeAll(photos);
  const values: number[][] = [];
  for (const map of maps) {
    assert.deepEqual([map.rows, map.cols, map.channels], [1, 2, 3]);
    values.push([...await gpu.read(map.buffer, Float32Array)]);
    map.destroy();
  }
  await teacher.destroy();
  return { asked, values };
}

withGpu("CachedTeacher describes a photograph once, by its pixels and the model", async (gpu) => {
  await withFolder(async (folder) => {
    const first = await describe(gpu, folder, [photo("a", 7), photo("b", 9)], 1);
    assert.deepEqual(first.asked, ["a", "b"]);
    assert.deepEqual(first.values.map(([red]) => red), [7, 9]);
    const later = await describe(gpu, folder, [photo("x", 9), photo("c", 8), photo("y", 7)], 1);
    assert.deepEqual(later.asked, ["c"]);
    assert.deepEqual(later.values, [
      first.values[1],
      [8, 1, 2, 0, Math.fround(8 / 3), 4, 5, 0],
      first.values[0],
    ]);
    const other = await describe(gpu, folder, [photo("a", 7)], 2);
    assert.deepEqual(other.asked, ["a"], "another model is asked anew");
  });
});
