/**
 * Real scans as a data set: a JSON file that names the classes, the domains and the folder of every scene.
 *
 * ```json
 * {
 *   "name": "site",
 *   "classes": ["ground", "wall"],
 *   "palette": [[120, 90, 60], [200, 200, 190]],
 *   "ignoreLabel": 255,
 *   "labelMap": { "2": 0, "6": 1 },
 *   "domains": {
 *     "tower": { "about": "one station", "isSource": false, "splits": { "test": ["hall", "stairs"] } }
 *   }
 * }
 * ```
 *
 * A folder, relative to the JSON file or to another root, holds a labelled `scan.ply`, `scan.las` or
 * `scan.laz`, and the photographs of `cameras.json` in `images/`. With a `labelMap` every label that it
 * does not name is ignored; without one the scan's labels are classes already.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { readNamed, readPhotographs } from "../scan/read_folder.ts";
import { readScan, type Scan } from "../scan/mod.ts";
import { readViews } from "../scan/camera/views.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "./dataset.ts";

/** A data set's file is malformed, or names what is not there. */
export class DatasetError extends SyntaxError {
  override name = "DatasetError";
}

const byte = z.int().min(0).max(255);
const folders = z.array(z.string().min(1)).default([]);

const FileSchema = z.strictObject({
  name: z.string().min(1),
  /** Class names; the index is the label. */
  classes: z.array(z.string().min(1)).min(2).max(250),
  /** Red, green, blue of every class. */
  palette: z.array(z.tuple([byte, byte, byte])),
  /** ASPRS classification code of every class; 1, "unclassified", by default. */
  asprs: z.array(byte).optional(),
  ignoreLabel: z.int(),
  /** Class index of each label of the scans' files. */
  labelMap: z.record(z.string().regex(/^-?\d+$/, "needs whole numbers as keys"), byte).optional(),
  domains: z.record(
    z.string().regex(/^[\w-]+$/, "needs names of letters, digits, _ and -"),
    z.strictObject({
      about: z.string().min(1),
      isSource: z.boolean().default(false),
      splits: z.strictObject({ train: folders, validation: folders, test: folders }),
    }),
  ),
}).check(({ value: file, issues }) => {
  const need = (right: boolean, path: (string | number)[], message: string) => {
    if (!right) issues.push({ code: "custom", message, path, input: file });
  };
  const count = file.classes.length;
  need(file.palette.length === count, ["palette"], "needs one colour a class");
  need((file.asprs ?? file.classes).length === count, ["asprs"], "needs one code a class");
  need(
    !(file.ignoreLabel >= 0 && file.ignoreLabel < count),
    ["ignoreLabel"],
    "needs a number that is no class",
  );
  for (const [label, index] of Object.entries(file.labelMap ?? {})) {
    need(index < count, ["labelMap", label], `names class ${index} of ${count}`);
  }
  need(Object.keys(file.domains).length > 0, ["domains"], "needs a domain");
  const seen = new Set<string>();
  for (const [name, { splits }] of Object.entries(file.domains)) {
    for (const [split, list] of Object.entries(splits)) {
      for (const [index, folder] of list.entries()) {
        const path = ["domains", name, "splits", split, index];
        need(!seen.has(folder), path, `'${folder}' is listed twice`);
        seen.add(folder);
      }
    }
  }
});

type FolderFile = z.infer<typeof FileSchema>;

const SCANS = ["scan.ply", "scan.las", "scan.laz"];

/**
 * Opens the data set that a JSON file describes.
 *
 * @param root where the folders of its scenes are; beside the file by default.
 * @throws {DatasetError} where the file is malformed or a scene's folder lacks its scan or its cameras.
 * @throws {Deno.errors.NotFound} where there is no such file.
 */
export async function folderDataset(path: string, root = dirname(path)): Promise<Dataset> {
  const file = parseFile(await Deno.readTextFile(path), path);
  const foldersOf = (domain: string, split: DatasetSplit) =>
    (Object.hasOwn(file.domains, domain) ? file.domains[domain]?.splits[split] : undefined) ?? [];
  // Everything is found now, so that a long run does not stumble over the last scene.
  const scans = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const [name, domain] of Object.entries(file.domains)) {
    const { classes, ignoreLabel, labelMap } = file;
    const about = JSON.stringify([classes, ignoreLabel, labelMap, domain]);
    const hash = createHash("sha256").update(about);
    for (const folder of Object.values(domain.splits).flat()) {
      scans.set(folder, await scanOf(join(root, folder), path, folder));
      for (const line of await inventory(join(root, folder))) hash.update(`${folder}/${line}\n`);
    }
    versions.set(name, hash.digest("hex").slice(0, 16));
  }
  return {
    name: file.name,
    classes: file.classes,
    palette: file.palette,
    asprs: file.asprs ?? file.classes.map(() => 1),
    ignoreLabel: file.ignoreLabel,
    domains: Object.entries(file.domains).map(([name, { about, isSource }]) => ({
      name,
      about,
      isSource,
    })),
    count: (domain, split) => foldersOf(domain, split).length,
    async scene(domain, split, index) {
      const folder = foldersOf(domain, split)[index];
      if (folder === undefined) {
        throw new RangeError(
          `Cannot take scene ${index} of ${file.name}, domain '${domain}', split ${split}: ` +
            `there are ${foldersOf(domain, split).length}`,
        );
      }
      return await readScene(file, folder, scans.get(folder)!);
    },
    version(domain) {
      const version = versions.get(domain);
      if (version !== undefined) return version;
      throw new RangeError(
        `Cannot take domain '${domain}' of ${file.name}: there are ${
          [...versions.keys()].join(", ")
        }`,
      );
    },
  };
}

function parseFile(json: string, path: string): FolderFile {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new DatasetError(`Cannot read ${path}: not JSON (${(error as Error).message})`);
  }
  const parsed = FileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0]! : undefined;
  const field = [...issue.path, ...(unknown === undefined ? [] : [unknown])].join(".");
  const problem = unknown === undefined ? issue.message : "there is no such field";
  throw new DatasetError(`Cannot read ${path}: field "${field}": ${problem}`);
}

/** Path of the scan in a folder that also has cameras. */
async function scanOf(folder: string, path: string, name: string): Promise<string> {
  const scan = (await Promise.all(SCANS.map((file) => isFile(join(folder, file))))).indexOf(true);
  const missing = scan < 0
    ? `one of ${SCANS.join(", ")}`
    : await isFile(join(folder, "cameras.json"))
    ? null
    : "cameras.json";
  if (missing === null) return join(folder, SCANS[scan]!);
  throw new DatasetError(
    `Cannot open ${path}: folder '${name}' lacks ${missing}; add it, or take the folder off the list`,
  );
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Name, size and time of every file of a scene, sorted: what tells that it changed, without reading it. */
async function inventory(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const part of ["", "images"]) {
    const entries = Deno.readDir(join(folder, part));
    try {
      for await (const { name, isFile } of entries) {
        if (!isFile) continue;
        const { size, mtime } = await Deno.stat(join(folder, part, name));
        lines.push(`${part}/${name} ${size} ${mtime?.getTime()}`);
      }
    } catch (error) {
      // A scene without photographs is for its cameras to complain about.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return lines.sort();
}

async function readScene(file: FolderFile, name: string, path: string): Promise<DatasetScene> {
  const scan = await readNamed(path);
  const folder = dirname(path);
  const { images, cameras } = await readPhotographs(
    join(folder, "images"),
    join(folder, "cameras.json"),
  );
  return {
    id: name,
    scan: labelled(file, name, await readScan(scan.bytes, `${name}/${basename(path)}`)),
    ...await readViews(images, cameras),
  };
}

/** The scan with classes as its labels. */
function labelled(file: FolderFile, name: string, scan: Scan): Scan {
  const { labelMap, ignoreLabel, classes } = file;
  if (!scan.labels) {
    throw new DatasetError(`Cannot use scene '${name}': its scan has no labels; label its points`);
  }
  if (labelMap) {
    const map = new Map(Object.entries(labelMap).map(([label, index]) => [Number(label), index]));
    return { ...scan, labels: scan.labels.map((label) => map.get(label) ?? ignoreLabel) };
  }
  const strange = scan.labels.find((label) =>
    label !== ignoreLabel && (label < 0 || label >= classes.length)
  );
  if (strange === undefined) return scan;
  throw new DatasetError(
    `Cannot use scene '${name}': label ${strange} is no class of ${classes.length} and is not ` +
      `ignored (${ignoreLabel}); add a labelMap`,
  );
}
