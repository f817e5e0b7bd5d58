/** `import`: makes a student of a checkpoint of another engine and a model card. */
import { defineCommand, UsageError } from "../cli/args.ts";
import { readStudentCard } from "../nn/card.ts";
import { readCheckpoint } from "../nn/checkpoint_file.ts";
import { CARD_TEMPLATES, cardTemplate } from "../nn/import/card_templates.ts";
import { FORMATS, importCheckpoint, ImportError } from "../nn/import/mod.ts";
import { flowNote, statisticsNote } from "../nn/import/notes.ts";
import { requireConfig } from "../nn/import/pointcept_config.ts";
import { type Checkpoint, CheckpointError, writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";

export const command = defineCommand({
  name: "import",
  summary: "Makes a student of a checkpoint of MinkowskiEngine, Pointcept, spconv or torchsparse",
  positionals: ["[FILE]"],
  options: {
    from: {
      type: "string",
      value: "ENGINE",
      about: `engine that wrote the checkpoint: ${Object.keys(FORMATS).join(", ")} (required)`,
    },
    card: { type: "string", value: "FILE.json", about: "model card of the student (required)" },
    "card-template": {
      type: "string",
      value: "NAME",
      about: `print a card to fill in, and import nothing: ${CARD_TEMPLATES.join(", ")}`,
    },
    out: {
      type: "string",
      value: "FILE",
      about: "student to write",
      otherwise: "ID.safetensors, by the card's id",
    },
    head: {
      type: "string",
      value: "FILE",
      about: "checkpoint of the class head, where it stands in a file of its own",
      otherwise: "the class head is in the checkpoint",
    },
    entry: {
      type: "string",
      value: "NAME",
      about: "dictionary of the checkpoint that is the network, such as ema or model.state_dict",
      otherwise: "state_dict, model_state_dict or model, or the only one",
    },
    layout: {
      type: "string",
      value: "NAME",
      about: "layout of spconv's convolution weights: KRSC, RSKC or RSCK",
      otherwise: "by their shapes",
    },
    prefix: {
      type: "string",
      value: "TEXT",
      about: "what precedes the backbone's names in the checkpoint",
      otherwise: "found by the name of the stem",
    },
    drop: { type: "string", value: "A,B", about: "leave out entries whose names begin with these" },
  },
  async run(values, [path]) {
    const { from = "", card: cardPath, out, layout, prefix, drop, head, entry } = values;
    if (values["card-template"] !== undefined) return printTemplate(values["card-template"]);
    if (path === undefined) throw new UsageError("Missing argument FILE");
    const format = Object.hasOwn(FORMATS, from) ? FORMATS[from]! : null;
    if (!format) {
      throw new UsageError(
        `Cannot import --from '${from}': there are ${Object.keys(FORMATS).join(", ")}`,
      );
    }
    if (layout !== undefined && !Object.hasOwn(format.layouts, layout)) {
      throw new UsageError(
        `Cannot read --layout '${layout}' from ${from}: there are ${
          Object.keys(format.layouts).join(", ")
        }`,
      );
    }
    if (cardPath === undefined) {
      throw new UsageError(
        `Missing option --card FILE.json; --card-template NAME prints one to fill in: ${
          CARD_TEMPLATES.join(", ")
        }`,
      );
    }
    const card = readStudentCard(await Deno.readTextFile(cardPath), cardPath);
    const student = new Student(card);
    if (card.teacher && student.hasTeacherHeads) {
      throw new CheckpointError(
        `Cannot read ${cardPath}: no other engine's checkpoint has heads for teacher ` +
          `${card.teacher.id}; say "teacher": null and train them with train --heads-only`,
      );
    }
    const { tensors, config } = await readEntries(path, entry, head);
    try {
      requireConfig(config, card.backbone);
      const imported = importCheckpoint(tensors, format, student.parameters(), {
        layout,
        prefix,
        drop: drop?.split(",") ?? [],
      });
      const result = imported.tensors;
      if (card.teacher) {
        const { width } = card.teacher;
        result.set(CENTRE, { shape: [1, width], data: new Float32Array(width) });
      }
      const file = out ?? `${card.id}.safetensors`;
      await Deno.writeFile(
        file,
        writeSafetensors({ tensors: result, metadata: { card: JSON.stringify(card) } }),
      );
      console.log(
        `${file}: ${card.id}, ${card.backbone}, ${result.size} entries of layout ${imported.layout}` +
          `${imported.prefix ? ` after "${imported.prefix}"` : ""}; ` +
          `${imported.ignored.length} ignored`,
      );
      for (const note of [flowNote(card.backbone), statisticsNote(card)]) {
        if (note !== null) console.log(`note: ${note}`);
      }
      if (card.teacher === null) {
        console.log(
          `next: train CONFIG.json --from ${file} --heads-only gives it a distillation head`,
        );
      }
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      for (const difference of error.differences) console.error(`  ${difference}`);
      throw error;
    }
  },
});

/**
 * Reads the entries of a checkpoint, and those of a class head beside it. Says which dictionary was taken where there are
 * several.
 *
 * @throws {CheckpointError} where both have an entry of one name.
 */
async function readEntries(
  path: string,
  entry?: string,
  head?: string,
): Promise<Pick<Checkpoint, "tensors" | "config">> {
  const read = async (file: string, entry?: string) => {
    const checkpoint = readCheckpoint(await Deno.readFile(file), file, entry);
    const { dictionary, others } = checkpoint;
    if (entry === undefined && others.length > 0) {
      console.error(
        `${file}: took "${dictionary}"; --entry NAME takes ${
          others.map((name) => `"${name}"`).join(" or ")
        } instead`,
      );
    }
    return checkpoint;
  };
  const { tensors: own, config } = await read(path, entry);
  const tensors = new Map(own);
  for (const [name, tensor] of head === undefined ? [] : (await read(head)).tensors) {
    if (tensors.has(name)) {
      throw new CheckpointError(
        `Cannot read ${head}: "${name}" is in ${path}, too; leave out --head`,
      );
    }
    tensors.set(name, tensor);
  }
  return { tensors, config };
}

/** Prints a card, and says on the side what is to be filled in. */
function printTemplate(name: string): void {
  if (!CARD_TEMPLATES.includes(name)) {
    throw new UsageError(
      `Cannot print a card for '${name}': there are ${CARD_TEMPLATES.join(", ")}`,
    );
  }
  const card = cardTemplate(name);
  console.log(JSON.stringify(card, null, 2));
  console.error(
    "fill in licence and provenance; check backbone, voxelSize, features and the order of the classes " +
      "against the configuration that the checkpoint was trained with, and colours against its NormalizeColor: " +
      "value / 127.5 - 1 is red_signed, value / 255 is red_unit",
  );
  const note = flowNote(card.backbone);
  if (note !== null) console.error(`note: ${note}`);
}
