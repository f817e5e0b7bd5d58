/**
 * Labelled real scans as a benchmark: a folder with a folder for each scan, `NAME/scan.ply` (or `.las`, `.laz`) with
 * labels, `NAME/images/` and `NAME/cameras.json`, and `NAME/labels.json`, which says what the labels mean. Each scan is a
 * domain of its own, judged by the classes of a procedural world.
 *
 * `labels.json` is `{"labels": {"10": "car", …}, "origin": "…"}`. Names are translated by `class_names.ts`; where that is
 * not what is meant, `NAME/label_map.json` says the class of each label, `{"10": "car"}`, and nothing else counts.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Dataset } from "../../datasets/dataset.ts";
import { DatasetError, inventory, readSceneFiles, scanOf } from "../../datasets/scene_folder.ts";
import { METRE, metricScan, type Scan } from "../../scan/mod.ts";
import { parseJson, validate, violationsText } from "../../validation/mod.ts";
import { guessUp } from "../../voxels/up_axis.ts";
import { classByName, LAS_CODE_NAMES } from "./class_names.ts";

/** A world by whose classes scans are judged. */
export type RealClasses = Pick<
  Dataset,
  "name" | "classes" | "palette" | "asprs" | "ignoreLabel"
>;

/** The labelled real scans of a folder by the classes of one world. */
export interface RealBenchmark {
  /** The scans; null where none has classes of the world. */
  readonly dataset: Dataset | null;
  /** Folders that are left out, by name, with the reason. */
  readonly leftOut: ReadonlyMap<string, string>;
}

/** A scan of the benchmark. */
interface RealSample {
  readonly name: string;
  readonly path: string;
  readonly about: string;
  /** Class index by label. */
  readonly map: ReadonlyMap<number, number>;
  readonly version: string;
}

const names = z.record(z.string(), z.string());
const LabelsSchema = z.looseObject({
  labels: names.optional(),
  classes: names.optional(),
  origin: z.string().optional(),
  kind: z.string().optional(),
});
const LabelMapSchema = z.record(z.string().regex(/^-?\d+$/, "write whole numbers"), z.string());

/**
 * Finds the labelled scans of a folder.
 *
 * @param worlds every world that scans may be judged by: a scan belongs to the one that has most of its names
 * @param judged folders that another world judges; a `label_map.json` may fit several worlds
 * @throws {DatasetError} where `labels.json` or `label_map.json` of a folder is malformed
 */
export async function realBenchmark(
  folder: string,
  world: RealClasses,
  worlds: readonly string[],
  judged: ReadonlySet<string> = new Set(),
): Promise<RealBenchmark> {
  const samples: RealSample[] = [];
  const leftOut = new Map<string, string>();
  const entries = [...Deno.readDirSync(folder)].filter(({ isDirectory }) => isDirectory);
  for (const { name } of entries.toSorted((a, b) => a.name < b.name ? -1 : 1)) {
    const sample = judged.has(name)
      ? "it is judged by another world"
      : await readSample(join(folder, name), name, world, worlds);
    if (typeof sample === "string") leftOut.set(name, sample);
    else samples.push(sample);
  }
  return { dataset: samples.length > 0 ? datasetOf(world, samples) : null, leftOut };
}

/** A sample, or why it is left out. */
async function readSample(
  folder: string,
  name: string,
  world: RealClasses,
  worlds: readonly string[],
): Promise<RealSample | string> {
  const found = await scanOf(folder);
  if ("lacks" in found) return `it lacks ${found.lacks}`;
  const isLas = !found.scan.endsWith(".ply");
  const described = await readJson(join(folder, "labels.json"), LabelsSchema);
  const given = await readJson(join(folder, "label_map.json"), LabelMapSchema);
  const labelNames = described?.labels ?? described?.classes ?? (isLas ? LAS_CODE_NAMES : {});
  const meanings = given ?? meaningsOf(labelNames, world.name);
  if (given === null) {
    if (Object.keys(labelNames).length === 0) return "no labels.json says what its labels mean";
    const count = (other: string) => Object.keys(meaningsOf(labelNames, other)).length;
    const best = worlds.toSorted((a, b) => count(b) - count(a))[0]!;
    if (count(best) === 0) return "none of its label names is a class of a student";
    if (best !== world.name) return `its labels are those of ${best}`;
  }
  const map = new Map<number, number>();
  for (const [label, className] of Object.entries(meanings)) {
    const index = world.classes.indexOf(className);
    if (index < 0 && given === null) continue;
    if (index < 0) return `label_map.json names '${className}', no class of ${world.name}`;
    map.set(Number(label), index);
  }
  const ignored = Object.entries(labelNames).flatMap(([label, text]) =>
    map.has(Number(label)) ? [] : [text]
  );
  const about = [
    described?.origin ?? described?.kind ?? "labels of the file",
    ...(ignored.length > 0 ? [`ignored: ${ignored.join(", ")}`] : []),
  ].join("; ");
  const hash = createHash("sha256").update(JSON.stringify([...map]));
  for (const line of await inventory(folder)) hash.update(`${line}\n`);
  return { name, path: found.scan, about, map, version: hash.digest("hex").slice(0, 16) };
}

/** The class of each label by its name. */
function meaningsOf(labelNames: Readonly<Record<string, string>>, world: string) {
  return Object.fromEntries(
    Object.entries(labelNames).flatMap(([label, name]) => {
      const found = classByName(world, name);
      return found === undefined ? [] : [[label, found]];
    }),
  );
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}`);
  try {
    const value = parseJson(await Deno.readTextFile(path), fail);
    return validate(schema, value, (_, all) => fail(violationsText(all)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

function datasetOf(world: RealClasses, samples: readonly RealSample[]): Dataset {
  const { classes, palette, asprs, ignoreLabel } = world;
  const sampleOf = (domain: string) => {
    const sample = samples.find(({ name }) => name === domain);
    if (sample) return sample;
    throw new RangeError(
      `Cannot take domain '${domain}': there are ${samples.map(({ name }) => name).join(", ")}`,
    );
  };
  return {
    name: `real-${world.name}`,
    classes,
    palette,
    asprs,
    ignoreLabel,
    // A scan has few of the classes.
    meanOver: "true",
    // Photographs see a small part of many.
    countsUnseen: true,
    domains: samples.map(({ name, about }) => ({ name, about, isSource: false })),
    count: (domain, split) =>
      split === "test" && samples.some(({ name }) => name === domain) ? 1 : 0,
    async scene(domain) {
      const { name, path, map } = sampleOf(domain);
      const { scan, photos, cameras } = await readSceneFiles(path, name);
      const labels = truthOf(scan, name, map, ignoreLabel);
      const { horizontal, vertical } = scan.units ?? { horizontal: METRE, vertical: METRE };
      if (horizontal === "degree") {
        throw new DatasetError(`Cannot use scan '${name}': it is in degrees; project it to metres`);
      }
      const up = scan.format === "las" ? "z" : guessUp(scan.positions, cameras).up;
      const metric = metricScan({ ...scan, labels }, cameras, {
        units: { horizontal, vertical },
        up,
      });
      return { id: name, photos, ...metric };
    },
    version: (domain) => sampleOf(domain).version,
  };
}

function truthOf(
  { labels }: Scan,
  name: string,
  map: ReadonlyMap<number, number>,
  ignoreLabel: number,
): Int32Array {
  if (labels) return labels.map((label) => map.get(label) ?? ignoreLabel);
  throw new DatasetError(`Cannot use scan '${name}': its points have no labels; remove its folder`);
}
