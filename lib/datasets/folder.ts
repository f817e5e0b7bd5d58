/**
 * Real scans as a data set: a JSON file names the classes, the domains and the folder of every scene.
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
 * A scene's folder, relative to the JSON file or to another root, holds a labelled `scan.ply`, `scan.las` or
 * `scan.laz` and, where it has photographs, a `cameras.json` and the folder `images/`. A `labelMap` maps the labels of
 * the scans to classes; labels that it lacks are ignored. A domain may have a map of its own, since data sets number their
 * classes differently. Without a map the labels are classes already. Scenes are brought into metres with z up: a domain's
 * `unit` and `up` say what their files are in, if it is not what a LAS file says or metres with z up. `licence` is that of the data.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import {
  chosenUnit,
  LENGTH_UNITS,
  LONGEST_UNIT,
  METRE,
  metricScan,
  type Scan,
  SHORTEST_UNIT,
  UP_AXES,
} from "../scan/mod.ts";
import {
  fieldPath,
  issueAt,
  parseJson,
  validate,
  violationsText,
  violationText,
} from "../validation/mod.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "./dataset.ts";
import { DatasetError, inventory, readSceneFiles, scanOf } from "./scene_folder.ts";

const byte = z.int().min(0).max(255);
const folders = z.array(z.string().min(1)).default([]);
const labels = z.string().regex(/^-?\d+$/, "write whole numbers as names");
const domainNames = z.string().regex(/^[\w-]+$/, "use only letters, digits, _ and -");

const FolderFileSchema = z.strictObject({
  name: z.string().min(1),
  /** Class names; the index is the label. */
  classes: z.array(z.string().min(1)).min(2).max(250),
  /** Red, green, blue of every class. */
  palette: z.array(z.tuple([byte, byte, byte])),
  /** ASPRS classification code of every class; 1, "unclassified", by default. */
  asprs: z.array(byte).optional(),
  ignoreLabel: z.int(),
  /** Class index of each label in the scans' files; a domain may have a map of its own. */
  labelMap: z.record(labels, byte).optional(),
  /** Licence of the data, which students that are trained on it inherit. */
  licence: z.string().min(1).optional(),
  domains: z.record(
    domainNames,
    z.strictObject({
      about: z.string().min(1),
      isSource: z.boolean().default(false),
      labelMap: z.record(labels, byte).optional(),
      /** Unit of the coordinates and of the cameras' poses; what a LAS file says, or else the metre, by default. */
      unit: z.union([
        z.enum(Object.keys(LENGTH_UNITS) as (keyof typeof LENGTH_UNITS)[]),
        z.number().min(SHORTEST_UNIT).max(LONGEST_UNIT),
      ]).optional(),
      /** The axis that points up; z by default. */
      up: z.enum(UP_AXES).optional(),
      splits: z.strictObject({ train: folders, validation: folders, test: folders }),
    }),
  ),
}).superRefine((file, context) => {
  const refuse = (...issue: Parameters<typeof issueAt>) => context.addIssue(issueAt(...issue));
  const { length: count } = file.classes;
  const { palette, asprs = file.classes, ignoreLabel, labelMap = {}, domains } = file;
  for (const [name, { length }] of Object.entries({ palette, asprs })) {
    if (length === count) continue;
    refuse(
      [name],
      `${name} has ${length} entries for ${count} classes`,
      "write one for each class",
    );
  }
  if (ignoreLabel >= 0 && ignoreLabel < count) {
    refuse(["ignoreLabel"], `ignoreLabel ${ignoreLabel} is a class`, "write another number");
  }
  const refuseMap = (map: Record<string, number>, at: string[]) => {
    for (const [label, index] of Object.entries(map)) {
      if (index < count) continue;
      refuse([...at, label], `there is no class ${index}`, `write a number below ${count}`);
    }
  };
  refuseMap(labelMap, ["labelMap"]);
  for (const [name, { labelMap = {} }] of Object.entries(domains)) {
    refuseMap(labelMap, ["domains", name, "labelMap"]);
  }
  if (Object.keys(domains).length === 0) refuse(["domains"], "domains is empty", "add a domain");
});

type FolderFile = z.output<typeof FolderFileSchema>;

/**
 * Opens the data set that a JSON file describes.
 *
 * @param root folder of the scenes' folders; the folder of the JSON file by default
 * @throws {DatasetError} where the file is missing or malformed, or a scene's folder lacks its scan or its cameras
 */
export async function folderDataset(path: string, root = dirname(path)): Promise<Dataset> {
  const json = await Deno.readTextFile(path).catch((cause) => {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new DatasetError(`Cannot open data set ${path}: there is no such file; correct its path`);
  });
  const file = parseFile(json, path);
  const foldersOf = (domain: string, split: DatasetSplit) =>
    (Object.hasOwn(file.domains, domain) ? file.domains[domain]?.splits[split] : undefined) ?? [];
  // All scenes are checked now, so that a long run does not fail at its last scene.
  await requireOnce(file, path, root);
  const scans = new Map<string, string>();
  const versions = new Map<string, string>();
  for (const [name, domain] of Object.entries(file.domains)) {
    const { classes, ignoreLabel, labelMap } = file;
    const about = JSON.stringify([classes, ignoreLabel, labelMap, domain]);
    const hash = createHash("sha256").update(about);
    for (const folder of Object.values(domain.splits).flat()) {
      scans.set(folder, await requireScan(join(root, folder), path, folder));
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
    licence: file.licence,
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
            `there are ${
              foldersOf(domain, split).length
            }; choose a smaller number or another split`,
        );
      }
      return await readScene(file, domain, folder, scans.get(folder)!);
    },
    version(domain) {
      const version = versions.get(domain);
      if (version !== undefined) return version;
      throw new RangeError(
        `Cannot take domain '${domain}' of ${file.name}: it has the domains ${
          [...versions.keys()].join(", ")
        }; choose one of them`,
      );
    },
  };
}

function parseFile(json: string, path: string): FolderFile {
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}`);
  const value = parseJson(json, fail);
  return validate(FolderFileSchema, value, (_, all) => fail(violationsText(all)));
}

/** Holds that no folder is listed twice, whichever way it is written or linked: tests would see what was trained on. */
async function requireOnce({ domains }: FolderFile, path: string, root: string): Promise<void> {
  const seen = new Map<string, string>();
  for (const [name, { splits }] of Object.entries(domains)) {
    for (const [split, list] of Object.entries(splits)) {
      for (const [index, folder] of list.entries()) {
        const place = await realPath(join(root, folder));
        const first = seen.get(place);
        seen.set(place, folder);
        if (first === undefined) continue;
        const problem = first === folder
          ? `folder '${folder}' occurs twice`
          : `folder '${folder}' is folder '${first}' as well`;
        const field = fieldPath(["domains", name, "splits", split, index]);
        const mend = "keep it in one split";
        const violation = violationText({ field, problem, mend });
        throw new DatasetError(`Cannot read ${path}: ${violation}`);
      }
    }
  }
}

/** A path without links; as it is where there is nothing, which is reported where its scan is looked for. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return resolve(path);
    throw error;
  }
}

/** The path of the scan in a scene's folder. */
async function requireScan(folder: string, path: string, name: string): Promise<string> {
  const found = await scanOf(folder);
  if ("scan" in found) return found.scan;
  throw new DatasetError(
    `Cannot open ${path}: folder '${name}' lacks ${found.lacks}; add it, or remove the folder from the list`,
  );
}

async function readScene(
  file: FolderFile,
  domain: string,
  name: string,
  path: string,
): Promise<DatasetScene> {
  const { scan, photos, cameras } = await readSceneFiles(path, name);
  const { unit, up = "z" } = file.domains[domain]!;
  const horizontal = unit ? chosenUnit(unit) : scan.units?.horizontal ?? METRE;
  if (horizontal === "degree") {
    throw new DatasetError(
      `Cannot use scene '${name}': its scan is in degrees; project it to a map in metres`,
    );
  }
  const vertical = unit ? chosenUnit(unit) : scan.units?.vertical ?? METRE;
  const metric = metricScan(labelled(file, domain, name, scan), cameras, {
    units: { horizontal, vertical },
    up,
  });
  return { id: name, photos, ...metric };
}

/** The scan with its labels mapped to classes. */
function labelled(file: FolderFile, domain: string, name: string, scan: Scan): Scan {
  const { ignoreLabel, classes } = file;
  const labelMap = file.domains[domain]?.labelMap ?? file.labelMap;
  if (!scan.labels) {
    throw new DatasetError(`Cannot use scene '${name}': its scan has no labels; label its points`);
  }
  if (labelMap) {
    const map = new Map(Object.entries(labelMap).map(([label, index]) => [Number(label), index]));
    return { ...scan, labels: scan.labels.map((label) => map.get(label) ?? ignoreLabel) };
  }
  const unknown = scan.labels.find((label) =>
    label !== ignoreLabel && (label < 0 || label >= classes.length)
  );
  if (unknown === undefined) return scan;
  throw new DatasetError(
    `Cannot use scene '${name}': label ${unknown} is neither one of the ${classes.length} classes nor ` +
      `the ignore label (${ignoreLabel}); add a labelMap`,
  );
}
