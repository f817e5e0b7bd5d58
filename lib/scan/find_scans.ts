/**
 * Finds all scans below a folder, each with the folder in which its photographs and cameras lie.
 *
 * @module
 */
import { dirname, extname, join, relative } from "node:path";
import {
  filesBelow,
  isCorrectionsName,
  isLabelledName,
  isPhotographName,
  isScanName,
  SCENE_DEPTH,
} from "./read_folder.ts";

/** A scan below a folder. */
export interface FoundScan {
  /** Its path from the folder, with slashes. */
  name: string;
  /**
   * Path of the folder that holds this scan and no other, with what belongs to it; null where other scans lie in the same
   * folder, so that nobody can tell whose the files beside them are.
   */
  scene: string | null;
  /** Whether photographs lie in the folder of several scans. */
  hasStrayPhotographs: boolean;
  /** Path of the file with its corrections, which lies beside it; null for none, or where it could be another scan's, too. */
  corrections: string | null;
}

/**
 * Finds the scans below a folder, in the order of their names. Labelled scans that this program wrote are passed over.
 *
 * @param without a folder below it that is not searched.
 * @param onUnreadable as of {@link filesBelow}.
 */
export async function findScans(
  folder: string,
  without?: string,
  onUnreadable?: (folder: string, error: Error) => void,
): Promise<FoundScan[]> {
  const skipped = without === undefined ? "" : relative(folder, without).replaceAll("\\", "/");
  const isSkipped = (name: string) =>
    skipped !== "" && !skipped.startsWith("..") && name.startsWith(`${skipped}/`);
  const all = await filesBelow(folder, Infinity, onUnreadable);
  const names = all.filter((name) => !isSkipped(name));
  const scans = names.filter((name) => isScanName(name) && !isLabelledName(name));
  const below = new Map<string, number>();
  for (const name of scans) {
    for (const path of foldersOf(name)) below.set(path, (below.get(path) ?? 0) + 1);
  }
  const corrections = new Set(names.filter(isCorrectionsName));
  const stems = Map.groupBy(scans, stemOf);
  const blind = new Set(names.filter(isPhotographName).map((name) => dirname(name)));
  return scans.map((name) => {
    const folders = foldersOf(name);
    // The outermost folder that is this scan's alone, the searched one only where the scan lies in it.
    const scene = folders.find((path, above) =>
      below.get(path) === 1 && folders.length - above - 1 <= SCENE_DEPTH &&
      (path !== "." || folders.length === 1)
    );
    const stem = stemOf(name);
    const saved = `${stem}_corrections.json`;
    const isKnown = corrections.has(saved) && stems.get(stem)!.length === 1;
    return {
      name,
      corrections: isKnown ? join(folder, saved) : null,
      scene: scene === undefined ? null : join(folder, scene),
      hasStrayPhotographs: scene === undefined && blind.has(dirname(name)),
    };
  });
}

/** The folders that a path passes through, the outermost first, which is ".". */
function foldersOf(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return [".", ...parts.map((_, at) => parts.slice(0, at + 1).join("/"))];
}

/** A path without the extension. */
export function stemOf(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}
