/**
 * `deno task torture`: the real server against bad files, bad connections, its own death and many clients. Arguments
 * choose sections; without any, all are run. Each section prints one line at its end; the run fails if a section does.
 *
 *     deno task torture mutations --count 2000 --seed 1
 *     deno task torture mutations --seed 1 --only 1234     # one mutation again
 *     deno task torture files --files FOLDER               # odd files, with an expected.json beside them
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bombs } from "./bombs.ts";
import { clients } from "./clients.ts";
import { clock } from "./clock.ts";
import { connections } from "./connections.ts";
import { descriptors } from "./descriptors.ts";
import { disk } from "./disk.ts";
import { files } from "./files.ts";
import { kills } from "./kills.ts";
import { mutations } from "./mutations.ts";
import { origin } from "./origin.ts";
import { readers } from "./readers.ts";
import { redisFlush } from "./redis_flush.ts";
import type { Section } from "./section.ts";
import { upload } from "./upload.ts";
import { uploads } from "./uploads.ts";

/** Sections by name. */
const SECTIONS: Record<string, Section> = {
  files,
  mutations,
  connections,
  kills,
  clients,
  upload,
  uploads,
  origin,
  bombs,
  disk,
  descriptors,
  readers,
  clock,
  "redis-flush": redisFlush,
};

/** Ends with exit code 2. */
function refuse(message: string): never {
  console.error(message);
  Deno.exit(2);
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(`Cannot set --${name} to ${text}: it takes a whole number`);
}

const { positionals, values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    count: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    deadline: { type: "string", default: "60" },
    files: { type: "string" },
    out: { type: "string" },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(SECTIONS, name));
if (unknown !== undefined) {
  refuse(`Cannot run "${unknown}": sections are ${Object.keys(SECTIONS).join(", ")}`);
}
const optional = (name: "count" | "only") =>
  values[name] === undefined ? null : wholeNumber(name, values[name]);
const data = Deno.env.get("TTTKD_DATA");
const settings = {
  count: optional("count"),
  seed: wholeNumber("seed", values.seed),
  only: optional("only"),
  deadline: wholeNumber("deadline", values.deadline),
  files: values.files ?? (data === undefined ? null : join(data, "odd")),
  out: values.out ?? await mkdtemp(join(tmpdir(), "tttkd-torture-")),
};
console.log(`inputs that break something are kept in ${settings.out}`);
let failed = false;
for (const name of positionals.length > 0 ? positionals : Object.keys(SECTIONS)) {
  const start = performance.now();
  const { ok, line } = await SECTIONS[name]!(settings);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${ok ? "ok" : "FAILED"} ${name} (${seconds} s): ${line}`);
  failed ||= !ok;
}
Deno.exit(failed ? 1 : 0);
