import assert from "node:assert/strict";
import { parseTeacherCard, Teacher } from "../../lib/teacher/mod.ts";
import { PART_CLASS, ROOM_CLASSES } from "../../lib/worlds/rooms/classes.ts";
import { sceneSeed } from "../../lib/worlds/rooms/domains.ts";
import { makeRoom } from "../../lib/worlds/rooms/make_room.ts";
import { photographRoom, placeCameras, ROOM_LENS } from "../../lib/worlds/rooms/photographs.ts";
import { Random } from "../../lib/worlds/random.ts";
import { gpuCaster } from "../../lib/worlds/raycast.ts";
import type { Gpu } from "../../lib/gpu/mod.ts";
import { withGpu } from "../gpu.ts";

const TEACHERS = new URL("../../fixtures/teachers/", import.meta.url);
const PATCH = 8;

/** Features of every patch that lies in one class alone, with that class. */
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

withGpu("rooms-parts tells the classes of rooms it has never seen apart", async (gpu) => {
  const card = parseTeacherCard(
    Deno.readTextFileSync(new URL("rooms-parts.json", TEACHERS)),
    "rooms-parts.json",
  );
  const onnx = Deno.readFileSync(new URL(card.file, TEACHERS));
  await using teacher = await Teacher.load(gpu, card, onnx, { provider: "wasm" });
  const means = ROOM_CLASSES.map(() => new Float64Array(card.width));
  const counts = new Float64Array(ROOM_CLASSES.length);
  for (const { feature, label } of await purePatches(gpu, teacher, [0, 1, 2, 3, 4, 5])) {
    feature.forEach((value, i) => means[label]![i]! += value);
    counts[label]! += 1;
  }
  means.forEach((mean, label) => mean.forEach((sum, i) => mean[i] = sum / counts[label]!));
  // Each patch of other rooms goes to the class with the nearest mean.
  const right = new Float64Array(ROOM_CLASSES.length), all = new Float64Array(ROOM_CLASSES.length);
  for (const { feature, label } of await purePatches(gpu, teacher, [6, 7, 8])) {
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
