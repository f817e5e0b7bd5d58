/** `train`: a student on the labelled scenes of a data set, alone or jointly with a teacher's features. */
import { defineCommand, UsageError } from "../cli/args.ts";
import { MODEL_OPTIONS } from "../cli/engine.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { openDataset } from "../datasets/mod.ts";
import { Gpu } from "../gpu/mod.ts";
import { Teacher } from "../teacher/mod.ts";
import { readStudent } from "../models/students.ts";
import { readTeacher } from "../models/teachers.ts";
import { TRAINING_PHASES, trainStudent } from "../train/training.ts";
import { parseTrainingConfig } from "../train/training_config.ts";

export const command = defineCommand({
  name: "train",
  summary: "Trains a student on the labelled scenes of a data set",
  positionals: ["CONFIG"],
  options: {
    out: { type: "string", value: "FILE", about: "checkpoint to write (ID.safetensors)" },
    from: { type: "string", value: "FILE", about: "checkpoint whose weights to start from" },
    "heads-only": {
      type: "boolean",
      about: "train heads for the teacher alone (ρ_2D and the probe); all else stays as in --from",
    },
    licence: {
      type: "string",
      value: "NAME",
      about: "licence of the checkpoint (MIT; with --heads-only that of --from)",
    },
    teacher: MODEL_OPTIONS.teacher,
  },
  async run(values, [path = ""]) {
    const from = values.from === undefined ? null : await readStudent(values.from);
    const headsOnly = values["heads-only"];
    if (headsOnly && !from) {
      throw new UsageError("Missing option --from FILE: whose heads to train");
    }
    const card = headsOnly ? from?.card : undefined;
    const config = parseTrainingConfig(await Deno.readTextFile(path), path, card);
    using gpu = await Gpu.open();
    const dataset = await openDataset(config.benchmark, gpu);
    const file = config.objective === "joint" ? await readTeacher(values.teacher) : null;
    await using teacher = file && await Teacher.load(gpu, file.card, file.onnx, file);
    using display = progressDisplay();
    const checkpoint = await trainStudent({
      gpu,
      config,
      dataset,
      teacher,
      licence: values.licence ?? card?.licence ?? "MIT",
      ...(from ? { from } : {}),
      headsOnly,
      onProgress: ({ phase, done, total, crossEntropy, distillation }) =>
        display.update({
          label: TRAINING_PHASES[phase],
          value: done,
          total,
          ...(crossEntropy === undefined ? {} : {
            note: `CE ${crossEntropy.toFixed(3)}${
              distillation === undefined ? "" : ` KD ${distillation.toFixed(3)}`
            }`,
          }),
        }),
    });
    display[Symbol.dispose]();
    const out = values.out ?? `${config.id}.safetensors`;
    await Deno.writeFile(out, checkpoint);
    console.log(`${out}: ${config.id}, ${checkpoint.length} bytes`);
  },
});
