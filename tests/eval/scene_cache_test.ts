import assert from "node:assert/strict";
import { FileCache } from "../../lib/eval/cache/file_cache.ts";
import { SceneCache } from "../../lib/eval/cache/scene_cache.ts";
import { packScene, unpackScene } from "../../lib/eval/cache/scene_file.ts";
import { withFolder } from "../commands/support.ts";
import { smallDataset, smallScene } from "./support.ts";

Deno.test("unpackScene() restores a packed scene, except for the scan's file", () => {
  const made = smallScene("noisy", 4);
  const normals = made.scan.positions.map((_, i) => i % 3 - 1);
  const objects = Int32Array.from(made.scan.labels!, (_, i) => i % 4);
  const scene = { ...made, scan: { ...made.scan, normals }, objects };
  const expected = { ...scene, scan: { ...scene.scan, bytes: new Uint8Array(0) } };
  const packed = packScene(scene);
  assert.deepEqual(unpackScene(packed), expected);
  const unaligned = new Uint8Array(packed.length + 1);
  unaligned.set(packed, 1);
  assert.deepEqual(unpackScene(unaligned.subarray(1)), expected);
});

Deno.test("unpackScene() restores a scene without colours, labels or true pixels", () => {
  const { photoClasses: _, ...scene } = smallScene("noisy", 0);
  const bare = {
    ...scene,
    scan: { ...scene.scan, labels: null, colors: new Float32Array(90), bytes: new Uint8Array(0) },
  };
  assert.deepEqual(unpackScene(packScene(bare)), bare);
});

Deno.test("SceneCache generates a scene once, and again when the data set has changed", async () => {
  await withFolder(async (folder) => {
    const asked: string[] = [];
    const dataset = smallDataset(asked);
    const files = new FileCache(folder, 1e6);
    const first = await new SceneCache(dataset, "test", files).scene("noisy", 1);
    assert.equal(first.id, "noisy/test/1");
    const later = new SceneCache(dataset, "test", files);
    assert.deepEqual(await later.scene("noisy", 1), first);
    assert.deepEqual(asked, ["noisy 1"]);
    await later.scene("noisy", 2);
    await new SceneCache(dataset, "validation", files).scene("noisy", 1);
    await new SceneCache({ ...dataset, version: () => "2" }, "test", files).scene("noisy", 1);
    assert.deepEqual(asked, ["noisy 1", "noisy 2", "noisy 1", "noisy 1"]);
  });
});
