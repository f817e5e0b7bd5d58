/**
 * Published data sets in pairs: trained on one, tested on others, in the classes of the first or in classes that all have.
 *
 * @module
 */
import { join } from "node:path";
import type { ClassRow } from "../../classes/mod.ts";
import { IGNORE_LABEL } from "../../metrics/confusion.ts";
import type { Dataset, DatasetScene, DatasetSplit } from "../dataset.ts";
import { isThere } from "../published/files.ts";
import { PUBLISHED, type PublishedDataset } from "../published/mod.ts";
import { publishedDataset, type PublishedDomain } from "../published/published_dataset.ts";
import { DatasetError } from "../scene_folder.ts";

/** A data set of a benchmark. */
export interface TransferMember {
  /** Its name among the published data sets, which is that of its folder as well. */
  readonly name: string;
  /** How it is read, where not as the published data set of that name. */
  readonly dataset?: PublishedDataset;
  /**
   * For each class of the benchmark, the classes of the data set that it holds; a class of the same name where it is left
   * out. Points of all other classes are ignored.
   */
  readonly holds: Readonly<Record<string, readonly string[]>>;
}

/** What a benchmark trains on and tests on. */
export interface TransferBenchmark {
  readonly name: string;
  /** The classes in which it trains and judges. */
  readonly rows: readonly ClassRow[];
  readonly train: TransferMember;
  readonly tests: readonly TransferMember[];
  /** What has to be known of its choice of classes, in whole sentences. */
  readonly notes?: readonly string[];
}

/**
 * Opens a benchmark. The data set that it trains on is its source domain, and judged as well; test sets whose folders are
 * not there are left out with a warning.
 *
 * @param root folder with a folder for each data set, such as `root/scannet`
 * @throws {DatasetError} where the training set is missing, or a file of a set that is there
 */
export async function openTransfer(
  { name, rows, train, tests, notes = [] }: TransferBenchmark,
  root: string,
): Promise<Dataset> {
  const warnings: string[] = [...notes];
  const licences = new Set<string>();
  const domains: PublishedDomain[] = [];
  for (const member of [train, ...tests]) {
    const folder = join(root, member.name);
    if (member !== train && !await isThere(folder)) {
      warnings.push(`${member.name} is left out, since there is no ${folder}.`);
      continue;
    }
    const dataset = await (member.dataset ?? PUBLISHED[member.name]!).open(folder);
    warnings.push(...dataset.warnings ?? []);
    if (dataset.licence !== undefined) licences.add(dataset.licence);
    domains.push(domainOf(dataset, member, rows, member === train));
  }
  const dataset = publishedDataset({
    name,
    rows,
    licence: [...licences].join(", "),
    warnings,
    domains,
  });
  // A test set has some of the classes.
  return { ...dataset, meanOver: "true" };
}

/** The only domain of a data set, in the classes of the benchmark. */
function domainOf(
  dataset: Dataset,
  { name, holds }: TransferMember,
  rows: readonly ClassRow[],
  isSource: boolean,
): PublishedDomain {
  const [domain] = dataset.domains;
  const map = classMap(dataset.classes, name, holds, rows);
  const ignored = dataset.classes.filter((_, label) => map[label] === IGNORE_LABEL);
  const scenesOf = (split: DatasetSplit) =>
    Array.from({ length: dataset.count(domain!.name, split) }, (_, index) => ({
      id: `${name}/${split}/${index}`,
      files: [],
      async read(): Promise<DatasetScene> {
        const scene = await dataset.scene(domain!.name, split, index);
        const { labels } = scene.scan;
        return {
          ...scene,
          scan: { ...scene.scan, labels: labels!.map((label) => map[label] ?? IGNORE_LABEL) },
        };
      },
    }));
  return {
    name,
    about: domain!.about + (ignored.length > 0 ? `; ignored: ${ignored.join(", ")}` : ""),
    isSource,
    basis: () => `${dataset.version(domain!.name)} ${map.join()}`,
    scenes: {
      train: scenesOf("train"),
      validation: scenesOf("validation"),
      test: scenesOf("test"),
    },
  };
}

/** The class of the benchmark for each class of a data set. */
function classMap(
  classes: readonly string[],
  name: string,
  holds: TransferMember["holds"],
  rows: readonly ClassRow[],
): number[] {
  const map: number[] = classes.map(() => IGNORE_LABEL);
  rows.forEach(([row], index) => {
    const members = Object.hasOwn(holds, row) ? holds[row]! : [row];
    for (const member of members) {
      const label = classes.indexOf(member);
      if (label >= 0) map[label] = index;
      else if (Object.hasOwn(holds, row)) {
        throw new DatasetError(`Cannot map ${name}: it has no class ${member}; correct its list`);
      }
    }
  });
  return map;
}
