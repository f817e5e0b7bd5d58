import assert from "node:assert/strict";
import { openDataset } from "../../lib/datasets/mod.ts";
import { readScan } from "../../lib/scan/mod.ts";
import { withGpu } from "../gpu.ts";

withGpu(
  "variedStreetsDataset() gives the same scene twice, with pixels that agree with its points",
  async (gpu) => {
    const dataset = await openDataset("streets-varied", gpu);
    assert.deepEqual(dataset.domains.filter(({ isSource }) => isSource).map(({ name }) => name), [
      "source",
    ]);
    const scene = await dataset.scene("rosette", "validation", 1);
    assert.deepEqual(await dataset.scene("rosette", "validation", 1), scene);
    const { positions, labels, count, bytes, name } = scene.scan;
    assert.deepEqual((await readScan(bytes, name)).labels, labels);
    let right = 0, seen = 0;
    scene.cameras.forEach(({ worldToCamera: m, fx, fy, cx, cy, width, height }, view) => {
      for (let point = 0; point < count; point++) {
        const at = (row: number) =>
          m[row]! * positions[3 * point]! + m[row + 1]! * positions[3 * point + 1]! +
          m[row + 2]! * positions[3 * point + 2]! + m[row + 3]!;
        const z = at(8);
        const column = Math.round(fx * at(0) / z + cx), row = Math.round(fy * at(4) / z + cy);
        if (z <= 0 || column < 0 || row < 0 || column >= width || row >= height) continue;
        seen++;
        if (scene.photoClasses![view]![row * width + column] === labels![point]) right++;
      }
    });
    assert.ok(seen > 0.5 * count && right > 0.85 * seen, `${right} of ${seen} of ${count} points`);
  },
);
