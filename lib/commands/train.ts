/** `train`: a source model on the procedural rooms, jointly on labels and on the teacher's features. */
import { defineCommand } from "../cli/args.ts";
import { MODEL_OPTIONS } from "../cli/engine.ts";
import { progressDisplay } from "../cli/progress.ts";
import { Gpu } from "../gpu/mod.ts";
import { readTeacher } from "../ttt/models.ts";
import { parseTrainingConfig, trainStudent } from "../ttt/training.ts";
import { ROOM_CLASSES, ROOM_PALETTE, roomScene } from "../worlds/rooms/mod.ts";

/** ASPRS codes of the room classes: the shell is building (6), the floor ground (2), the rest unclassified (1). */
const ASPRS = [6, 2, 6, 6, 6, 6, 6, 1, 1, 1, 1, 1, 1];

export const command = defineCommand({
  name: "train",
  summary: "Trains a student on procedural rooms",
  positionals: ["CONFIG"],
  options: {
    out: { type: "string", value: "FILE", about: "checkpoint to write (ID.safetensors)" },
    teacher: MODEL_OPTIONS.teacher,
  },
  async run({ out, teacher }, [path = ""]) {
    const config = parseTrainingConfig(await Deno.readTextFile(path), path);
    const teacherFile = await readTeacher(teacher);
    using gpu = await Gpu.open();
    using display = progressDisplay();
    const checkpoint = await trainStudent({
      gpu,
      config,
      teacher: teacherFile,
      scene: (index) => roomScene(gpu, { domain: "source", split: "train", index }),
      card: {
        classes: [...ROOM_CLASSES],
        palette: ROOM_PALETTE.map(([red, green, blue]) => [red, green, blue]),
        asprs: ASPRS,
        licence: "MIT",
        provenance:
          `ttt-kd train on ${config.scenes} procedural rooms, split train of domain source`,
      },
      onProgress: ({ phase, done, total, crossEntropy, distillation }) =>
        display.update({
          label: phase === "scenes" ? "making scenes" : "training",
          value: done,
          total,
          ...(crossEntropy === undefined || distillation === undefined
            ? {}
            : { note: `CE ${crossEntropy.toFixed(3)} KD ${distillation.toFixed(3)}` }),
        }),
    });
    display[Symbol.dispose]();
    const file = out ?? `${config.id}.safetensors`;
    await Deno.writeFile(file, checkpoint);
    console.log(`${file}: ${config.id}, ${checkpoint.length} bytes`);
  },
});
