import assert from "node:assert/strict";
import { readScan } from "../../../lib/scan/mod.ts";
import { roomScene, type SceneRequest, VIEWS_PER_SCENE } from "../../../lib/worlds/rooms/mod.ts";
import { withGpu } from "../../gpu.ts";

for (
  const domain of ["source", "terrestrial", "noisy", "colours", "building", "everything"] as const
) {
  withGpu(`roomScene() ${domain}: the same bits twice, other bits in other splits`, async (gpu) => {
    const make = (split: SceneRequest["split"]) => roomScene(gpu, { domain, split, index: 4 });
    const scene = await make("test");
    assert.equal(scene.id, `${domain}/test/4`);
    assert.deepEqual(await make("test"), scene);
    const other = await make("validation");
    assert.notDeepEqual(other.scan.positions.slice(0, 300), scene.scan.positions.slice(0, 300));
    assert.equal(scene.photos.length, VIEWS_PER_SCENE);
    assert.deepEqual(
      scene.cameras.map(({ file, width, height }) => ({ name: file, width, height })),
      scene.photos.map(({ name, width, height }) => ({ name, width, height })),
    );
  });
}

withGpu("roomScene() gives a scan that equals its file", async (gpu) => {
  const { scan } = await roomScene(gpu, { domain: "everything", split: "test", index: 0 });
  const read = await readScan(scan.bytes, scan.name);
  assert.equal(read.count, scan.count);
  assert.deepEqual(read.labels, scan.labels);
  assert.deepEqual(read.colors, scan.colors);
  read.positions.forEach((value, i) => {
    assert.ok(Math.abs(value + read.origin[i % 3]! - scan.positions[i]!) < 1e-5);
  });
});
