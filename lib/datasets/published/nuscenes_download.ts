/**
 * What of nuScenes was downloaded. Its tables name all 850 scenes of a version, but their sensor data comes in ten
 * archives, each of them whole or with the sweeps or photographs alone; and all versions are unpacked into one folder,
 * where nuScenes-lidarseg leaves two tables of each.
 *
 * @module
 */
import { join } from "node:path";
import { DatasetError } from "../scene_folder.ts";
import { filesThere, isThere } from "./files.ts";
import { type NuscenesTables, readTables, type Sweep } from "./nuscenes_tables.ts";

/** A sweep whose points and labels are there. */
export type LabelledSweep = Sweep & { readonly labels: string };

/** The version that is used, and what is there of it. */
export interface NuscenesDownload {
  readonly version: string;
  readonly categories: NuscenesTables["categories"];
  /** By scene and time; `photographs` are those that are there. */
  readonly sweeps: readonly LabelledSweep[];
  /** What was left out, in whole sentences. */
  readonly warnings: readonly string[];
}

/**
 * Takes the first version of which at least one sweep is there with its labels.
 *
 * @param root folder of the download
 * @throws {DatasetError} where there is none, or the tables are not as they should be
 */
export async function openDownload(
  root: string,
  versions: readonly string[],
): Promise<NuscenesDownload> {
  const versionsWith = async (...names: readonly string[]) => {
    const found: string[] = [];
    for (const version of versions) {
      const there = await Promise.all(names.map((name) => isThere(join(root, version, name))));
      if (!there.includes(false)) found.push(version);
    }
    return found;
  };
  const unpacked = await versionsWith(".");
  if (unpacked.length === 0) {
    throw new DatasetError(
      `Cannot find ${join(root, versions[0]!)}: it should be the folder of nuScenes' tables (or ${
        versions.slice(1).join(", ")
      }); add it, or correct the folder of the data set (--data)`,
    );
  }
  const described = await versionsWith("sample.json");
  const usable = await versionsWith("sample.json", "lidarseg.json");
  const empty = described.filter((version) => !usable.includes(version));
  let missing = "";
  // Where none is usable, reading names the table that is missing.
  for (const version of [usable, described, unpacked].find(({ length }) => length > 0)!) {
    const { categories, sweeps } = await readTables(root, version);
    const found = await presentSweeps(root, version, sweeps);
    if (found.sweeps.length > 0) {
      const { sweeps, warnings } = found;
      const choice = choiceOf(root, described, version, empty);
      return { version, categories, sweeps, warnings: [...choice, ...warnings] };
    }
    empty.push(version);
    missing ||= found.missing;
  }
  throw new DatasetError(
    `Cannot open ${root}: no key frame of ${
      empty.join(" or ")
    } has both its points and its labels, for it lacks ${missing}; unpack the archives of nuScenes and of nuScenes-lidarseg there`,
  );
}

/** The sweeps that are there with their labels, and the first thing that is missing. */
async function presentSweeps(root: string, version: string, sweeps: readonly Sweep[]) {
  const isLabelled = (sweep: Sweep): sweep is LabelledSweep => sweep.labels !== null;
  const labelled = sweeps.filter(isLabelled);
  const there = await filesThere(
    labelled.flatMap(({ points, labels, photographs }) => [points, labels, ...photographs])
      .map((path) => join(root, path)),
  );
  const isHere = (path: string) => there.has(join(root, path));
  const absent = labelled.flatMap(({ points, labels }) => {
    const gone = [points, labels].find((path) => !isHere(path));
    return gone === undefined ? [] : [gone];
  });
  const present = labelled.filter(({ points, labels }) => isHere(points) && isHere(labels));
  const blind = present.flatMap(({ photographs }) => {
    const gone = photographs.find((path) => !isHere(path));
    return gone === undefined ? [] : [gone];
  });
  const warnings: string[] = [];
  if (labelled.length < sweeps.length) {
    warnings.push(
      `${
        sweeps.length - labelled.length
      } of ${sweeps.length} key frames have no row in ${version}/lidarseg.json and were left out.`,
    );
  }
  if (absent.length > 0) {
    warnings.push(
      `${absent.length} of ${labelled.length} key frames of ${version} were left out, since ${root} lacks their points or ` +
        `labels, such as ${absent[0]}; unpack the other archives of nuScenes there.`,
    );
  }
  if (blind.length > 0) {
    warnings.push(
      `${blind.length} of ${present.length} key frames of ${version} lack photographs, such as ${
        blind[0]
      }; they are used with those that are there, if any.`,
    );
  }
  return {
    sweeps: present.map((sweep) => ({
      ...sweep,
      photographs: sweep.photographs.filter(isHere),
    })),
    warnings,
    missing: absent[0] ?? `rows in ${version}/lidarseg.json`,
  };
}

/** What is said where several versions could have been taken. */
function choiceOf(
  root: string,
  described: readonly string[],
  version: string,
  empty: readonly string[],
): string[] {
  if (described.length < 2) return [];
  const reason = empty.length > 0
    ? `since no key frame of ${empty.join(" or ")} has both its points and its labels`
    : "since it is the larger one; move its tables away to take the other";
  return [`${root} has the tables of ${described.join(" and ")}; ${version} was taken, ${reason}.`];
}
