/** `export`: writes a student for other programs. */
import { basename, extname } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { checkOutputs } from "../cli/outputs.ts";
import { readStudent, type StudentFile, studentPath } from "../models/students.ts";
import { exportState } from "../nn/export/state_dict.ts";
import { type NamedTensor, writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";
import { writeTorch } from "../nn/torch/mod.ts";

/** What a student can be exported to, with the ending of its file. */
const ENDINGS: Readonly<Record<string, string>> = {
  torch: ".pth",
  safetensors: ".original.safetensors",
};

export const command = defineCommand({
  name: "export",
  summary: "Writes a student under its network's original names, for PyTorch",
  positionals: ["STUDENT"],
  options: {
    to: {
      type: "string",
      value: "FORMAT",
      about: `format to write: ${Object.keys(ENDINGS).join(", ")} (required)`,
    },
    out: {
      type: "string",
      value: "FILE",
      about: "file to write; the card is written beside it, as .json",
      otherwise: "the student's name with .pth or .original.safetensors",
    },
    heads: {
      type: "boolean",
      about: "write the heads for the teacher's features and the probe, too",
    },
  },
  async run({ to = "", out, heads }, [given = ""]) {
    if (!Object.hasOwn(ENDINGS, to)) {
      throw new UsageError(
        `Cannot export --to '${to}': there are ${Object.keys(ENDINGS).join(", ")}`,
      );
    }
    const file = await readStudent(given);
    const path = out ?? basename(studentPath(given), extname(studentPath(given))) + ENDINGS[to];
    const cardPath = path.replace(/(\.\w+)?$/, ".json");
    await checkOutputs([path, cardPath], [studentPath(given)]);
    await writeState(file, path, cardPath, to, heads);
  },
});

async function writeState(
  { card, tensors, centre }: StudentFile,
  path: string,
  cardPath: string,
  to: string,
  heads: boolean,
): Promise<void> {
  const all = new Map<string, NamedTensor>(tensors);
  if (centre) all.set(CENTRE, { shape: [1, centre.length], data: centre });
  const exported = exportState(new Student(card), all, { heads });
  const bytes = to === "torch"
    ? writeTorch(exported.tensors)
    : writeSafetensors({ tensors: exported.tensors, metadata: {} });
  await Deno.writeFile(path, bytes);
  // No engine's checkpoint has heads for a teacher, so import wants a card without one.
  const { teacher: _, reconstruction: __, ...rest } = card;
  await Deno.writeTextFile(cardPath, JSON.stringify({ ...rest, teacher: null }, null, 2) + "\n");
  const { engine, left } = exported;
  console.log(
    `${path}: ${card.id}, ${card.backbone}, ${exported.tensors.size} entries as ${engine} names them`,
  );
  if (left.length > 0) {
    console.log(
      `left out, since the original network has none: ${left.join(", ")} (--heads keeps them)`,
    );
  }
  const drop = heads ? " --drop distillation,probe,reconstruction" : "";
  console.log(`way back: import ${path} --from ${engine} --card ${cardPath}${drop}`);
}
