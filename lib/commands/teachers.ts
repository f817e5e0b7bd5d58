/** `teachers`: the catalogue of public teachers, which of them are here, and the one way to fetch one. */
import { join } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { CATALOGUE, type CatalogueEntry, download, modelsFolder } from "../teacher/mod.ts";
import { columns } from "../terminal/format.ts";

const HUB = "https://huggingface.co";

export const command = defineCommand({
  name: "teachers",
  summary: "Lists the teachers that are known, or fetches one from the model hub",
  positionals: [],
  options: {
    get: { type: "string", value: "NAME", about: "fetch this one into the models folder" },
    sha256: { type: "string", value: "HEX", about: "what the fetched file must hash to" },
    from: { type: "string", value: "URL", about: "where to fetch it (the model hub)" },
    card: { type: "string", value: "NAME", about: "print this one's card, to start your own from" },
  },
  async run({ get, sha256, from, card }) {
    if (card !== undefined) return console.log(JSON.stringify(known(card).card, null, 2));
    if (get !== undefined) return await fetchTeacher(get, sha256, from);
    console.log((await list(modelsFolder())).join("\n"));
  },
});

function known(name: string): CatalogueEntry {
  const entry = CATALOGUE.get(name);
  if (entry) return entry;
  throw new UsageError(`Unknown teacher '${name}': there are ${[...CATALOGUE.keys()].join(", ")}`);
}

/** Names of the catalogue whose model stands in `folder`. */
export async function teachersIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const [name, { card }] of CATALOGUE) {
    if (await Deno.stat(join(folder, card.file)).then(() => true, () => false)) names.push(name);
  }
  return names;
}

async function list(folder: string): Promise<string[]> {
  const here = new Set(await teachersIn(folder));
  const rows = [...CATALOGUE].map(([name, { card, hub }]): [string, string] => {
    const sizes = card.sizing === undefined
      ? `any multiples of ${card.patch}`
      : `${card.shortSide} x ${card.shortSide}, ${card.sizing}`;
    const state = here.has(name) ? "here" : hub ? "missing, on the hub" : "missing, by export";
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
      `Cannot fetch ${name}: no file on the hub is known to hold its patch features; place it at ${path} ` +
        `(python3 fixtures/teachers/export_teacher.py ${name} ${modelsFolder()}), or give --from URL`,
    );
  }
  const sha256 = given?.toLowerCase() ?? hub?.sha256;
  if (!sha256) {
    throw new Error(
      `Cannot fetch ${name}: its SHA-256 was not at hand when the catalogue was written, so it cannot be ` +
        "pinned; take it from the file's page on the hub and give --sha256 HEX",
    );
  }
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UsageError(`Cannot set --sha256 to '${given}': 64 hexadecimal digits`);
  }
  const url = from ??
    `${Deno.env.get("HF_ENDPOINT") ?? HUB}/${hub!.repository}/resolve/main/${hub!.path}`;
  console.log(`fetching ${url}`);
  await download({ url, path, sha256 });
  const pinned = path.replace(/\.onnx$/, ".json");
  await Deno.writeTextFile(pinned, `${JSON.stringify({ ...card, sha256 }, null, 2)}\n`);
  console.log(`${path}\n${pinned}`);
}
