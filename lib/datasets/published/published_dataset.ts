/**
 * What the loaders of published data sets share: a table of scenes by domain and split, each read when it is asked for.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type ClassRow, classTable } from "../../classes/mod.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import type { Dataset, DatasetDomain, DatasetScene, DatasetSplit } from "../dataset.ts";

/** A data set in the layout of its own download. */
export interface PublishedDataset {
  /** One line for people: what it is, and what its folder holds. */
  readonly about: string;
  /**
   * Opens the data set.
   *
   * @param root folder of the download
   * @throws {DatasetError} where a file or folder is missing, with its path and what it should hold
   */
  open(root: string): Promise<Dataset>;
}

/** A scene that has not been read. */
export interface PublishedScene {
  /** Name of the scene, unique in the data set. */
  readonly id: string;
  /** Its files, whose sizes and times show a change. */
  readonly files: readonly string[];
  /** Reads it: metres with z up, labels as classes or {@link IGNORE_LABEL}. */
  read(): Promise<DatasetScene>;
}

/** A domain with its scenes by split. */
export interface PublishedDomain extends DatasetDomain {
  /** Gives a text that changes with what else the scenes rest on than their files. */
  readonly basis?: () => string;
  readonly scenes: Readonly<Record<DatasetSplit, readonly PublishedScene[]>>;
}

/** A data set as its loader describes it. */
export interface PublishedParts {
  readonly name: string;
  readonly rows: readonly ClassRow[];
  readonly licence: string;
  readonly warnings?: readonly string[];
  readonly domains: readonly PublishedDomain[];
}

/**
 * Orders the scenes of drives so that the first ones, however many are taken, lie at even distances over all of them:
 * neighbouring scans hardly differ, and trainings and evaluations take the first scenes of a split.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(spread([0, 1, 2, 3, 4, 5, 6, 7]), [0, 4, 2, 6, 1, 5, 3, 7]);
 * assert.deepEqual(spread(["a", "b", "c"]), ["a", "c", "b"]);
 * ```
 */
export function spread<T>(scenes: readonly T[]): T[] {
  const out: T[] = [];
  const bits = Math.ceil(Math.log2(Math.max(1, scenes.length)));
  for (let rank = 0; rank < 2 ** bits; rank++) {
    let place = 0;
    for (let bit = 0; bit < bits; bit++) place = 2 * place + (rank >> bit & 1);
    if (place < scenes.length) out.push(scenes[place]!);
  }
  return out;
}

/** Makes a data set of its scenes. */
export function publishedDataset(parts: PublishedParts): Dataset {
  const { name, rows, licence, warnings = [], domains } = parts;
  const find = (domain: string) => domains.find((entry) => entry.name === domain);
  const versions = new Map<string, string>();
  return {
    name,
    ...classTable(rows),
    ignoreLabel: IGNORE_LABEL,
    licence,
    warnings,
    domains: domains.map(({ name, about, isSource }) => ({ name, about, isSource })),
    count: (domain, split) => find(domain)?.scenes[split].length ?? 0,
    async scene(domain, split, index) {
      const scenes = find(domain)?.scenes[split] ?? [];
      const scene = scenes[index];
      if (scene) return await scene.read();
      throw new RangeError(
        `Cannot take scene ${index} of ${name}, domain '${domain}', split ${split}: ` +
          `there are ${scenes.length}; choose a smaller number or another split`,
      );
    },
    version(domain) {
      const found = find(domain);
      if (!found) {
        throw new RangeError(
          `Cannot take domain '${domain}' of ${name}: it has the domains ${
            domains.map(({ name }) => name).join(", ")
          }; choose one of them`,
        );
      }
      const version = versions.get(domain) ?? versionOf(found);
      versions.set(domain, version);
      return version;
    },
  };
}

/** A hash of the scenes' names and of the sizes and times of their files. */
function versionOf({ scenes, basis }: PublishedDomain): string {
  const hash = createHash("sha256");
  if (basis) hash.update(`${basis()}\n`);
  for (const [split, list] of Object.entries(scenes)) {
    hash.update(`${split}\n`);
    for (const { id, files } of list) {
      hash.update(`${id}\n`);
      for (const file of files) {
        // That a file is missing is reported where it is read.
        const { size, mtime } = statOrNothing(file);
        hash.update(`${size} ${mtime?.getTime()}\n`);
      }
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function statOrNothing(path: string): Partial<Deno.FileInfo> {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
