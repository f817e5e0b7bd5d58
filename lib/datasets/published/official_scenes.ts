/**
 * The scenes of official splits: lists of them as files, and downloads that lack some of them or their photographs.
 *
 * @module
 */
import { some } from "../../scan/camera/camera_format.ts";
import type { Scan } from "../../scan/mod.ts";
import type { DatasetScene } from "../dataset.ts";
import { DatasetError } from "../scene_folder.ts";
import { readNeeded } from "./files.ts";

/** How the names in a list look. */
export interface SceneNames {
  readonly pattern: RegExp;
  /** One that fits, for messages. */
  readonly example: string;
}

/**
 * Reads an official list of scenes, one a line.
 *
 * @param holds what the list is, for the message
 * @throws {DatasetError} where it is missing, empty, or holds anything else
 */
export async function officialList(
  path: string,
  holds: string,
  { pattern, example }: SceneNames,
): Promise<string[]> {
  const text = new TextDecoder().decode(await readNeeded(path, holds));
  const scenes = text.split(/\s+/).filter((scene) => scene !== "");
  const odd = scenes.find((scene) => !pattern.test(scene));
  if (odd === undefined && scenes.length > 0) return scenes;
  const problem = odd === undefined ? "it lists no scene" : `'${odd}' is no scene`;
  throw new DatasetError(
    `Cannot read ${path}: ${problem}; write names like ${example}, one a line`,
  );
}

/**
 * What is said of scenes of the official splits that were not downloaded.
 *
 * @param folder where they should lie
 * @param lacking names of those that are not there
 * @param found number of those that are there
 * @returns a warning, or none where nothing lacks
 * @throws {DatasetError} where none of them is there
 */
export function lackingScenes(folder: string, lacking: readonly string[], found: number): string[] {
  if (lacking.length === 0) return [];
  const names = some(lacking);
  if (found === 0) {
    throw new DatasetError(
      `Cannot open ${folder}: it has none of the scenes of the official splits (${names}); add one`,
    );
  }
  return [`${folder} lacks ${names}; splits are smaller than the official ones without them.`];
}

/**
 * What is said of scenes of the official splits that were downloaded, but not unpacked.
 *
 * @param folder where they should lie
 * @param archive name of the file of each that is to be unpacked
 * @param packed names of those that are not unpacked
 * @param found number of those that are
 * @returns a warning, or none where all are unpacked
 * @throws {DatasetError} where none of them is
 */
export function packedScenes(
  folder: string,
  archive: string,
  packed: readonly string[],
  found: number,
): string[] {
  if (packed.length === 0) return [];
  const what = `${archive} of ${some(packed)} is not unpacked`;
  const mend = `unpack it in ${folder}`;
  if (found === 0) throw new DatasetError(`Cannot open ${folder}: ${what}; ${mend}`);
  return [`${what}; splits are smaller than the official ones without it; ${mend}.`];
}

/**
 * What is said of scenes whose photographs were not downloaded, or not unpacked.
 *
 * @param names those scenes
 * @param count number of all scenes
 * @param mend what to do, "add …"
 * @returns a warning, or none where all have theirs
 */
export function withoutPhotographs(
  names: readonly string[],
  count: number,
  mend: string,
): string[] {
  if (names.length === 0) return [];
  return [`${names.length} of ${count} have no photographs: ${some(names)}; ${mend}.`];
}

/**
 * Makes a scene that has no photographs, with a warning.
 *
 * @param reason why it has none, for "since …"
 */
export function sceneWithoutPhotographs(id: string, scan: Scan, reason: string): DatasetScene {
  const text = `${id} is used without photographs, since ${reason}.`;
  const warnings = [...scan.warnings, { code: "left-out", text, field: "images" }];
  return { id, scan: { ...scan, warnings }, photos: [], cameras: [] };
}
