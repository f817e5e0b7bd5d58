import assert from "node:assert/strict";
import type { Photo } from "../../lib/scan/mod.ts";
import { parseTeacherCard, Teacher } from "../../lib/teacher/mod.ts";
import { PART_CLASS, ROOM_CLASSES } from "../../lib/worlds/rooms/classes.ts";
import { sceneSeed } from "../../lib/worlds/rooms/domains.ts";
import { makeRoom } from "../../lib/worlds/rooms/make_room.ts";
import { photographRoom, placeCameras, ROOM_LENS } from "../../lib/worlds/rooms/photographs.ts";
import { Random } from "../../lib/random/random.ts";
import { gpuCaster } from "../../lib/worlds/raycast.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { withGpu } from "../gpu.ts";

const TEACHERS = new URL("../../fixtures/teachers/", import.meta.url);
const PATCH = 8;
const MOST_BYTES = 4e6;

const NAMES = [...Deno.readDirSync(TEACHERS)].map(({ name }) => name)
  .filter((name) => name.endsWith(".onnx")).map((name) => name.slice(0, -".onnx".length)).sort();

function load(gpu: Gpu, name: string): Promise<Teacher> {
  const card = parseTeacherCard(
    Deno.readTextFileSync(new URL(`${name}.json`, TEACHERS)),
    `${name}.json`,
  );
  const onnx = Deno.readFileSync(new URL(card.file, TEACHERS));
  return Teacher.load(gpu, card, onnx, { provider: "wasm", threads: 1 });
}

/** Bytes (7 x + 13 y + 31 c + x y) mod 256, 128 x 96: pattern() of fixtures/teachers/network.py. */
function pattern(): Photo {
  const width = 128, height = 96;
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < pixels.length; i++) {
    const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    pixels[i] = 7 * x + 13 * y + 31 * c + x * y;
  }
  return { name: "pattern.png", width, height, pixels };
}

for (const name of NAMES) {
  withGpu(`${name} is a small file and agrees with PyTorch`, async (gpu) => {
    assert.ok(Deno.statSync(new URL(`${name}.onnx`, TEACHERS)).size < MOST_BYTES);
    await using teacher = await load(gpu, name);
    assert.equal(teacher.card.id, name);
    const golden: Record<string, number[]> = JSON.parse(
      Deno.readTextFileSync(new URL(`${name}.golden.json`, TEACHERS)),
    );
    using map = await teacher.describe(pattern());
    assert.deepEqual([map.rows, map.cols, map.channels], [12, 16, teacher.card.width]);
    const rows = await gpu.read(map.buffer, Float32Array, 12 * 16 * map.channels);
    for (const [cell, wanted] of Object.entries(golden)) {
      assert.equal(wanted.length, map.channels);
      wanted.forEach((value, i) => {
        const error = Math.abs(value - rows[Number(cell) * map.channels + i]!);
        assert.ok(error < 2e-4, `cell ${cell}, channel ${i}: off by ${error}`);
      });
    }
  });
}

/** Features of the patches all of whose pixels are of one class, with that class. */
async function purePatches(gpu: Gpu, teacher: Teacher, rooms: readonly number[]) {
  const patches: { feature: Float32Array; label: number }[] = [];
  for (const index of rooms) {
    const seed = sceneSeed("source", "validation", index);
    const room = makeRoom(seed, "A");
    const cameras = placeCameras(room, 4, new Random(seed, 2));
    const pictures = await photographRoom(gpuCaster(gpu), room, cameras, new Random(seed, 3));
    for (const { photo, parts } of pictures) {
      using map = await teacher.describe(photo);
      const rows = await gpu.read(map.buffer, Float32Array, map.rows * map.cols * map.channels);
      for (let cell = 0; cell < map.rows * map.cols; cell++) {
        const corner = Math.floor(cell / map.cols) * PATCH * ROOM_LENS.width +
          cell % map.cols * PATCH;
        const labels = new Set<number>();
        for (let i = 0; i < PATCH * PATCH; i++) {
          labels.add(
            PART_CLASS[parts[corner + Math.floor(i / PATCH) * ROOM_LENS.width + i % PATCH]!]!,
          );
        }
        const [label] = labels;
        if (labels.size > 1 || label === undefined) continue;
        const feature = rows.slice(cell * map.channels, (cell + 1) * map.channels);
        patches.push({ feature, label });
      }
    }
  }
  return patches;
}

withGpu("rooms-parts separates the classes in rooms that it was not trained on", async (gpu) => {
  await using teacher = await load(gpu, "rooms-parts");
  const { card } = teacher;
  const means = ROOM_CLASSES.map(() => new Float64Array(card.width));
  const counts = new Float64Array(ROOM_CLASSES.length);
  for (const { feature, label } of await purePatches(gpu, teacher, [0, 1, 2])) {
    feature.forEach((value, i) => means[label]![i]! += value);
    counts[label]! += 1;
  }
  means.forEach((mean, label) => mean.forEach((sum, i) => mean[i] = sum / counts[label]!));
  // Each patch of other rooms goes to the class with the nearest mean.
  const right = new Float64Array(ROOM_CLASSES.length), all = new Float64Array(ROOM_CLASSES.length);
  for (const { feature, label } of await purePatches(gpu, teacher, [6, 7])) {
    const distances = means.map((mean) =>
      mean.reduce((sum, value, i) => sum + (feature[i]! - value) ** 2, 0)
    );
    const least = Math.min(...distances.filter((value) => value >= 0));
    all[label]! += 1;
    if (distances[label] === least) right[label]! += 1;
  }
  const total = all.reduce((a, b) => a + b);
  const recall = right.map((count, label) => count / all[label]!).filter((value) => value >= 0);
  const mean = recall.reduce((a, b) => a + b) / recall.length;
  const accuracy = right.reduce((a, b) => a + b) / total;
  console.log(
    `accuracy ${accuracy.toFixed(3)}, majority ${(Math.max(...all) / total).toFixed(3)}, ` +
      `mean recall ${mean.toFixed(3)} of ${recall.length} classes`,
  );
  assert.ok(mean > 0.6, `mean recall ${mean}`);
  assert.ok(accuracy > Math.max(...all) / total + 0.1, `accuracy ${accuracy}`);
});
