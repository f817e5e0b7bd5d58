/**
 * `deno task torture`: the real server against bad files, bad connections, its own death and many clients. Each section
 * prints one line at its end; the run fails if a section does.
 *
 *     deno task torture mutations --count 2000 --seed 1
 *     deno task torture mutations --seed 1 --only 1234     # one mutation again
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
import { argumentsOf, refuse } from "../task.ts";
import type { Section } from "./section.ts";
import { upload } from "./upload.ts";
import { uploads } from "./uploads.ts";

/** Sections by name, in the order of a run of all of them. */
const SECTIONS: Record<string, { run: Section; about: string }> = {
  files: { run: files, about: "odd files that real programs wrote" },
  mutations: { run: mutations, about: "damaged files of every kind" },
  connections: {
    run: connections,
    about: "requests that break off, trickle in, or are damaged on the way",
  },
  kills: { run: kills, about: "kill -9 while jobs are submitted and done" },
  clients: { run: clients, about: "twenty clients that share one GPU" },
  upload: { run: upload, about: "a scan that is too large for the memory" },
  uploads: { run: uploads, about: "many clients that send a byte every two seconds" },
  origin: { run: origin, about: "what other people's web pages can make a browser send" },
  bombs: { run: bombs, about: "files that become large once they are read" },
  disk: { run: disk, about: "a full disk (takes Linux and root)" },
  descriptors: { run: descriptors, about: "more connections than there are file descriptors" },
  readers: { run: readers, about: "clients that ask for a result and do not read it" },
  clock: { run: clock, about: "a clock that is set while the server works" },
  "redis-flush": { run: redisFlush, about: "a Redis that is emptied while jobs wait" },
};

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(`Cannot set --${name} to ${text}: it takes a whole number`);
}

const { positionals, values } = argumentsOf({
  name: "task torture",
  summary: "Sends bad files and bad connections to the real server, kills it, and crowds it",
  positionals: ["[SECTION ...]"],
  options: {
    count: {
      type: "string",
      value: "N",
      otherwise: "the section's own",
      about: "mutations, requests, kills, clients or megabytes",
    },
    seed: { type: "string", value: "N", default: "1", about: "seed of everything random" },
    only: { type: "string", value: "N", about: "the only mutation or request to send" },
    deadline: {
      type: "string",
      value: "SECONDS",
      default: "60",
      about: "time by which every answer has to be there",
    },
    files: {
      type: "string",
      value: "DIR",
      otherwise: "odd in TTTKD_DATA",
      about: "odd files, with an expected.json beside them",
    },
    out: {
      type: "string",
      value: "DIR",
      otherwise: "a temporary folder",
      about: "where inputs that broke something and logs are kept",
    },
  },
  details: {
    title: "sections, all of which are run where none is named",
    rows: Object.entries(SECTIONS).map(([name, { about }]) => [name, about]),
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
  const { ok, line } = await SECTIONS[name]!.run(settings);
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${ok ? "ok" : "FAILED"} ${name} (${seconds} s): ${line}`);
  failed ||= !ok;
}
Deno.exit(failed ? 1 : 0);
