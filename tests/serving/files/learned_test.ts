import assert from "node:assert/strict";
import { join } from "node:path";
import { DamagedFileError } from "../../../lib/serving/files/durable.ts";
import { learnedFolder, readLearned, writeLearned } from "../../../lib/serving/files/learned.ts";
import { withFolder } from "../../commands/support.ts";
import { CARD } from "../../ttt/small_scan.ts";

const WEIGHT = new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]);
const STATE = {
  student: { card: CARD, tensors: WEIGHT, centre: null },
  velocity: WEIGHT,
  remembered: null,
};

Deno.test("readLearned() has what writeLearned() was given, corrections too where there are any", async () => {
  await withFolder(async (folder) => {
    const remembered = {
      width: 2,
      descriptions: Float32Array.of(1, 0, 0, 1, 0.6, 0.8),
      classes: Uint8Array.of(0, 7, 7),
    };
    for (const [attempt, kept] of [remembered, null].entries()) {
      await writeLearned(folder, attempt, { ...STATE, remembered: kept }, "a session");
      const read = await readLearned(learnedFolder(folder, attempt));
      assert.deepEqual(read.remembered, kept);
      assert.deepEqual(read.velocity, WEIGHT);
    }
    const path = join(learnedFolder(folder, 0), "corrections.safetensors");
    await Deno.writeFile(path, (await Deno.readFile(path)).subarray(0, -4));
    await assert.rejects(readLearned(learnedFolder(folder, 0)), DamagedFileError);
  });
});
