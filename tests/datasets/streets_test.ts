import assert from "node:assert/strict";
import { DATASET_SPLITS, openDataset } from "../../lib/datasets/mod.ts";
import { streetsDataset } from "../../lib/datasets/streets.ts";
import { readScan } from "../../lib/scan/mod.ts";
import { STREET_CLASSES } from "../../lib/worlds/streets/classes.ts";
import { sceneSeed, STREET_DOMAINS } from "../../lib/worlds/streets/domains.ts";
import { SPLITS } from "../../lib/worlds/seeds.ts";
import { withGpu } from "../gpu.ts";

withGpu("streetsDataset() names its domains in order, and one source", async (gpu) => {
  const dataset = await openDataset("streets", gpu);
  assert.deepEqual(
    dataset.domains.map(({ name }) => name),
    ["source", "beams32", "beams16", "solid", "rain", "town"],
  );
  assert.deepEqual(dataset.domains.filter(({ isSource }) => isSource).map(({ name }) => name), [
    "source",
  ]);
  for (const list of [dataset.classes, dataset.palette, dataset.asprs]) {
    assert.equal(list.length, 10);
  }
  const versions = dataset.domains.map(({ name }) => dataset.version(name));
  assert.equal(new Set(versions).size, 6, "each domain has a version of its own");
  await assert.rejects(dataset.scene("source", "test", 65536), RangeError);
  await assert.rejects(dataset.scene("building", "test", 0), {
    name: "RangeError",
    message: /'building' of streets: it has the domains source, beams32/,
  });
});

for (const domain of ["source", "solid"]) {
  withGpu(
    `streetsDataset() gives the same scene of ${domain} twice, with pixels that agree with its points`,
    async (gpu) => {
      const dataset = streetsDataset(gpu);
      const scene = await dataset.scene(domain, "validation", 7);
      assert.deepEqual(await dataset.scene(domain, "validation", 7), scene);
      const other = await dataset.scene(domain, "test", 7);
      assert.notDeepEqual(other.scan.positions.slice(0, 300), scene.scan.positions.slice(0, 300));
      const { positions, labels, count } = scene.scan;
      let right = 0, seen = 0, sky = 0;
      scene.cameras.forEach(({ worldToCamera: m, fx, fy, cx, cy, width, height }, view) => {
        const classes = scene.photoClasses![view]!;
        assert.equal(classes.length, width * height);
        assert.equal(scene.photos[view]!.pixels.length, 3 * width * height);
        for (let point = 0; point < count; point++) {
          const at = (row: number) =>
            m[row]! * positions[3 * point]! + m[row + 1]! * positions[3 * point + 1]! +
            m[row + 2]! * positions[3 * point + 2]! + m[row + 3]!;
          const z = at(8);
          const column = Math.round(fx * at(0) / z + cx), row = Math.round(fy * at(4) / z + cy);
          if (z <= 0 || column < 0 || row < 0 || column >= width || row >= height) continue;
          const label = classes[row * width + column]!;
          seen++;
          if (label === labels![point]) right++;
          if (label === 255) sky++;
        }
      });
      // Camera and lidar are 0.2 m apart, so the edges of near objects may differ.
      assert.ok(seen > 0.5 * count, `${seen} of ${count} points are in a picture`);
      assert.ok(right > 0.9 * seen, `${right} of ${seen} points`);
      assert.ok(sky < 0.02 * seen, `${sky} points in the sky`);
      assert.ok(scene.photoClasses!.some((classes) => classes.includes(255)), "there is a sky");
    },
  );
}

withGpu("streetsDataset() gives a scan that equals its own file", async (gpu) => {
  const { scan } = await streetsDataset(gpu).scene("rain", "test", 0);
  const read = await readScan(scan.bytes, scan.name);
  assert.deepEqual(read.labels, scan.labels);
  assert.equal(read.colors, null);
  read.positions.forEach((value, i) => {
    assert.ok(Math.abs(value + read.origin[i % 3]! - scan.positions[i]!) < 1e-5);
  });
  assert.ok(scan.labels!.every((label) => label === 255 || label < STREET_CLASSES.length));
});

Deno.test("sceneSeed() never gives one street to two splits or two domains", () => {
  const seeds = new Set<number>();
  const names = Object.keys(STREET_DOMAINS) as (keyof typeof STREET_DOMAINS)[];
  assert.ok(DATASET_SPLITS.every((split) => (SPLITS as readonly string[]).includes(split)));
  for (const name of names) {
    for (const split of SPLITS) {
      for (let index = 0; index < 65536; index += 17) seeds.add(sceneSeed(name, split, index));
    }
  }
  assert.equal(seeds.size, names.length * SPLITS.length * Math.ceil(65536 / 17));
});

// Numbers are part of the seeds: another number would give other scenes under the same name.
Deno.test("STREET_DOMAINS of streets keep their numbers", () => {
  assert.deepEqual(Object.values(STREET_DOMAINS).map(({ number }) => number), [0, 1, 2, 3, 4, 5]);
});
