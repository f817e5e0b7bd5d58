/** Training that is cut off and goes on from the file that holds it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../lib/random/random.ts";
import { trainStudent } from "../../lib/train/training.ts";
import { parseTrainingConfig } from "../../lib/train/training_config.ts";
import { withGpu } from "../gpu.ts";
import { BOXES } from "../ttt/boxes.ts";

const SCENES = 4;

/** A signal that aborts when it is asked for the time given, and counts how often it was: for each scene and each step. */
function stopAt(time: number) {
  const { signal } = new AbortController();
  const counted = { asked: 0, signal };
  signal.throwIfAborted = () => {
    if (++counted.asked === time) throw new Error("cut off");
  };
  return counted;
}

withGpu("trainStudent() goes on where it was cut off, to the same bits", async (gpu) => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "student.unfinished");
  const train = (seed: number, signal: AbortSignal, isKept = true) => {
    const settings = { id: "boxes", benchmark: "boxes", backbone: "MinkUNet14Tiny", seed };
    const sizes = { objective: "labels", scenes: SCENES, epochs: 2, batch: 1, voxelSize: 0.5 };
    return trainStudent({
      gpu,
      config: parseTrainingConfig(JSON.stringify({ ...settings, ...sizes }), "test.json"),
      dataset: BOXES,
      teacher: null,
      licence: "none",
      signal,
      ...(isKept ? { unfinished: { path, steps: 3 } } : {}),
    });
  };
  try {
    const undisturbed = stopAt(Infinity);
    const whole = await train(0, undisturbed.signal, false);
    // Cut off in step 6 of 8, with the first 3 in the file.
    await assert.rejects(() => train(0, stopAt(SCENES + 6).signal), /cut off/);
    await assert.rejects(
      () => train(1, stopAt(Infinity).signal),
      /student\.unfinished holds an unfinished run of other settings, scenes or first weights; remove it/,
    );
    const rest = stopAt(Infinity);
    assert.deepEqual(await train(0, rest.signal), whole);
    assert.equal(undisturbed.asked - rest.asked, 3);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["student.unfinished"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Random.at() goes on where a stream was", () => {
  const random = new Random(3, 1);
  random.normal();
  const again = Random.at(JSON.parse(JSON.stringify(random.state())));
  for (let i = 0; i < 4; i++) assert.equal(again.normal(), random.normal());
  assert.equal(again.uint32(), random.uint32());
});
