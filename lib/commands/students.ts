/** `students`: lists the students that are here, or says which of them fits each scan of a folder. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { defineCommand } from "../cli/args.ts";
import { chooseStudent, domainText, scanProfile } from "../domain/mod.ts";
import { readStudent, studentNames, studentPath } from "../models/students.ts";
import type { StudentCard } from "../nn/card.ts";
import { readNamed, readScan } from "../scan/mod.ts";
import { metricRequest } from "../segment/metric_request.ts";
import { segmentOptions } from "../segment/options.ts";
import { columns } from "../terminal/format.ts";

export const command = defineCommand({
  name: "students",
  summary: "Lists the students, or tells which of them fits each scan of a folder",
  positionals: [],
  options: {
    scans: {
      type: "string",
      value: "DIR",
      about: "folder of scans, searched with its folders: which student fits each",
    },
  },
  async run({ scans }) {
    const cards = new Map<string, StudentCard>();
    for (const name of studentNames()) cards.set(name, (await readStudent(name)).card);
    if (scans !== undefined) return await printChoices(scans, cards);
    for (const [name, card] of cards) {
      const { size } = await stat(studentPath(name));
      console.log([name, ...columns(describe(card, size))].join("\n"));
    }
  },
});

function describe(card: StudentCard, bytes: number): [string, string][] {
  const { classes, teacher, voxelSize, domain, licence, provenance } = card;
  return [
    ["classes", classes.join(", ")],
    ["teacher", teacher ? teacher.id : "none: it learned from labels alone"],
    ["voxels", `${voxelSize} m`],
    ["trained on", domain ? domainText(domain) : "not measured"],
    ["from", provenance],
    ["licence", licence],
    ["size", `${(bytes / 1e6).toFixed(1)} MB`],
  ];
}

/** Prints a table in Markdown with a line for each scan. */
async function printChoices(
  folder: string,
  cards: ReadonlyMap<string, StudentCard>,
): Promise<void> {
  // Students of one domain are equally near: those with a teacher come first.
  const students = [...cards].map(([id, { domain, teacher }]) => ({ id, domain, teacher }))
    .sort((a, b) => Number(a.teacher === null) - Number(b.teacher === null));
  console.log("| scan | student | distance | warning |\n| --- | --- | ---: | --- |");
  for (const path of await scansBelow(folder)) {
    const line = await choiceOf(join(folder, path)).catch(({ message }: Error) => [
      "none",
      "–",
      message.split("\n")[0]!,
    ]);
    console.log(`| ${[path, ...line].join(" | ")} |`);
  }

  async function choiceOf(path: string): Promise<string[]> {
    const { name, bytes } = await readNamed(path);
    const scan = await readScan(bytes, name);
    const options = segmentOptions({ method: "source" }, false);
    const metric = metricRequest({ scan, photos: [], cameras: [], options });
    const profile = scanProfile(metric.request.scan);
    const { student, fits, reason, distances } = chooseStudent(profile, students);
    const total = distances[student]?.total;
    return [student, total?.toFixed(1) ?? "–", fits === false ? reason : ""];
  }
}

/** Paths of the scans below a folder, sorted. */
async function scansBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      found.push(...(await scansBelow(join(folder, name))).map((path) => `${name}/${path}`));
    } else if (/\.(las|laz|ply)$/i.test(name)) found.push(name);
  }
  return found.sort();
}
