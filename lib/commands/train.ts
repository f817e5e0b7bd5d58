/** `train`: trains a student on labelled scenes, on labels alone or jointly with a teacher's features. */
import { dirname, isAbsolute, join } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { kernelChoice, KERNELS_OPTION, TEACHER_OPTION } from "../cli/engine.ts";
import { progressDisplay } from "../terminal/progress.ts";
import { openDataset, PUBLISHED_NAMES, TRANSFER_NAMES, WORLD_NAMES } from "../datasets/mod.ts";
import { openGpu } from "../kernel_choice/mod.ts";
import { Teacher } from "../teacher/mod.ts";
import { readStudent } from "../models/students.ts";
import { readTeacher } from "../models/teachers.ts";
import { trainStudent } from "../train/training.ts";
import { TRAINING_PHASES } from "../train/training_run.ts";
import { trainingDomain } from "../train/training_domain.ts";
import { removeUnfinished } from "../train/unfinished_run.ts";
import { parseTrainingConfig } from "../train/training_config.ts";

export const command = defineCommand({
  name: "train",
  summary: "Trains a student on the labelled scenes of a data set",
  positionals: ["CONFIG"],
  options: {
    out: {
      type: "string",
      value: "FILE",
      about: "checkpoint to write",
      otherwise: "ID.safetensors, by the configuration's id",
    },
    data: {
      type: "string",
      value: "DIR",
      about: `folder of the data set's scans; ${
        [...PUBLISHED_NAMES, ...TRANSFER_NAMES].join(", ")
      } need it`,
      otherwise: "that of the data set's JSON file",
    },
    from: {
      type: "string",
      value: "FILE",
      about: "checkpoint with the weights to start from",
      otherwise: "random weights",
    },
    "heads-only": {
      type: "boolean",
      about:
        "train only the teacher's heads (ρ_2D and the probe); all other weights stay as in --from",
    },
    licence: {
      type: "string",
      value: "NAME",
      about: "licence of the checkpoint",
      otherwise: "that of the data set; with --heads-only that of --from",
    },
    teacher: TEACHER_OPTION,
    kernels: KERNELS_OPTION,
  },
  async run(values, [path = ""]) {
    const from = values.from === undefined ? null : await readStudent(values.from);
    const headsOnly = values["heads-only"];
    if (headsOnly && !from) {
      throw new UsageError("Missing option --from FILE: --heads-only needs a checkpoint");
    }
    const card = headsOnly ? from?.card : undefined;
    const given = parseTrainingConfig(await Deno.readTextFile(path), path, card);
    using gpu = await openGpu({ kernels: kernelChoice(values.kernels) });
    const dataset = await openDataset(pathBeside(path, given.benchmark), gpu, values.data);
    for (const warning of dataset.warnings ?? []) console.error(`warning: ${warning}`);
    const config = { ...given, domain: trainingDomain(dataset, given.domain) };
    const licence = values.licence ?? card?.licence ?? dataset.licence;
    if (licence === undefined) {
      console.error(
        `warning: ${dataset.name} names no licence, so that of ${config.id} is unknown; write one into the ` +
          "data set's file, or give --licence",
      );
    }
    const out = values.out ?? `${config.id}.safetensors`;
    const unfinished = `${out}.unfinished`;
    const file = config.objective === "joint" ? await readTeacher(values.teacher) : null;
    await using teacher = file && await Teacher.load(gpu, file.card, file.onnx, file);
    using display = progressDisplay();
    const checkpoint = await trainStudent({
      gpu,
      config,
      dataset,
      teacher,
      licence: licence ?? "unknown",
      ...(from ? { from } : {}),
      headsOnly,
      unfinished: { path: unfinished },
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
    await Deno.writeFile(out, checkpoint);
    await removeUnfinished(unfinished);
    console.log(`${out}: ${config.id}, ${checkpoint.length} bytes`);
  },
});

/** The path of a data set that a configuration names, relative to the configuration; or its name. */
function pathBeside(config: string, benchmark: string): string {
  return [...WORLD_NAMES, ...PUBLISHED_NAMES, ...TRANSFER_NAMES].includes(benchmark) ||
      isAbsolute(benchmark)
    ? benchmark
    : join(dirname(config), benchmark);
}
