import assert from "node:assert/strict";
import { DATASET_SPLITS, openDataset } from "../../lib/datasets/mod.ts";
import { roomsDataset } from "../../lib/datasets/rooms.ts";
import { ROOM_DOMAINS, sceneSeed } from "../../lib/worlds/rooms/domains.ts";
import { withGpu } from "../gpu.ts";

withGpu("roomsDataset() names its domains in order, and one source", async (gpu) => {
  const dataset = await openDataset("rooms", gpu);
  assert.deepEqual(
    dataset.domains.map(({ name }) => name),
    ["source", "terrestrial", "noisy", "colours", "building", "everything"],
  );
  assert.deepEqual(dataset.domains.filter(({ isSource }) => isSource).map(({ name }) => name), [
    "source",
  ]);
  for (const list of [dataset.palette, dataset.asprs]) assert.equal(list.length, 13);
  const versions = dataset.domains.map(({ name }) => dataset.version(name));
  assert.equal(new Set(versions).size, 6, "each domain has a version of its own");
  assert.equal(dataset.count("source", "train"), 65536);
  assert.equal(dataset.count("nowhere", "train"), 0);
});

withGpu(
  "roomsDataset() gives the same scene twice, with the true class of every pixel",
  async (gpu) => {
    const dataset = roomsDataset(gpu);
    const scene = await dataset.scene("building", "validation", 7);
    assert.deepEqual(await dataset.scene("building", "validation", 7), scene);
    assert.equal(scene.photoClasses!.length, scene.photos.length);
    // The points of a depth camera are pixels: a point and its pixel have the same label.
    const { positions, labels, count } = scene.scan;
    let right = 0, seen = 0;
    for (let point = 0; point < count; point += 5) {
      const at = (m: Float64Array, row: number) =>
        m[row]! * positions[3 * point]! + m[row + 1]! * positions[3 * point + 1]! +
        m[row + 2]! * positions[3 * point + 2]! + m[row + 3]!;
      let best = { off: Infinity, label: -1 };
      scene.cameras.forEach(({ worldToCamera: m, fx, fy, cx, cy, width, height }, view) => {
        const z = at(m, 8), u = fx * at(m, 0) / z + cx, v = fy * at(m, 4) / z + cy;
        const [column, row] = [Math.round(u), Math.round(v)];
        if (z <= 0 || column < 0 || row < 0 || column >= width || row >= height) return;
        const off = Math.hypot(u - column, v - row);
        const label = scene.photoClasses![view]![row * width + column]!;
        if (off < best.off) best = { off, label };
      });
      seen++;
      if (best.label === labels![point]) right++;
    }
    assert.ok(right > 0.995 * seen, `${right} of ${seen} points`);
  },
);

withGpu("roomsDataset() refuses domains and scenes that do not exist", async (gpu) => {
  const dataset = roomsDataset(gpu);
  await assert.rejects(dataset.scene("foreign", "test", 0), {
    name: "RangeError",
    message: /'foreign' of rooms: it has the domains source, terrestrial, noisy/,
  });
  await assert.rejects(dataset.scene("source", "test", 65536), RangeError);
  assert.throws(() => dataset.version("constructor"), RangeError);
  await assert.rejects(openDataset("room", gpu), {
    name: "RangeError",
    message:
      /'room': it is none of rooms, rooms-sharp, streets, streets-sharp, streets-varied, aerial/,
  });
});

Deno.test("sceneSeed() never gives one room to two splits or two domains", () => {
  const seeds = new Set<number>();
  const names = Object.keys(ROOM_DOMAINS) as (keyof typeof ROOM_DOMAINS)[];
  for (const name of names) {
    for (const split of DATASET_SPLITS) {
      for (let index = 0; index < 65536; index += 17) seeds.add(sceneSeed(name, split, index));
    }
  }
  assert.equal(seeds.size, names.length * DATASET_SPLITS.length * Math.ceil(65536 / 17));
});

// Numbers are part of the seeds: another number would give other scenes under the same name.
Deno.test("ROOM_DOMAINS keep their numbers", () => {
  const numbers = Object.entries(ROOM_DOMAINS).map(([name, { number }]) => [name, number]);
  assert.deepEqual(Object.fromEntries(numbers), {
    source: 0,
    terrestrial: 3,
    noisy: 1,
    colours: 4,
    building: 5,
    everything: 2,
  });
});
