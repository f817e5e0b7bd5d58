/**
 * Downloads of a part of a data set.
 *
 * @module
 */
import { DatasetError } from "../scene_folder.ts";

/** So many scenes are named. */
const NAMED = 5;

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
  const rest = lacking.length - NAMED;
  const names = lacking.slice(0, NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
  if (found === 0) {
    throw new DatasetError(
      `Cannot open ${folder}: it has none of the scenes of the official splits (${names}); add one`,
    );
  }
  return [`${folder} lacks ${names}; splits are smaller than the official ones without them.`];
}
