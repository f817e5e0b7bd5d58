/**
 * Matches cameras with photographs.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { some } from "./camera_format.ts";

/**
 * Finds the photograph of every camera: of those with the same name, with or without an extension, the one whose path
 * has most folders in common with the camera's, counted from its end. Of two such, the one that also has the same
 * extension. Capital letters count only if there are photographs that differ in nothing else.
 *
 * @param cameras `field` is their place in the camera file; `images[i].file` by default
 * @param name name of the camera file, for errors
 * @returns for each camera the index into `photoNames`
 * @throws {CameraError} naming the photograph that is missing, that has namesakes, or that two cameras claim
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matchPhotos } from "../mod.ts";
 *
 * const photographs = ["left/b.jpg", "left/a.jpg", "right/a.jpg"];
 * assert.deepEqual(matchPhotos([{ file: "left/a.png" }, { file: "b" }], photographs), [1, 0]);
 * ```
 */
export function matchPhotos(
  cameras: readonly { file: string; source?: string; field?: string }[],
  photoNames: readonly string[],
  name = "cameras.json",
): number[] {
  const find = photoFinder(photoNames);
  const claimed = new Map<number, string>();
  return cameras.map(({ file, source, field }, index) => {
    const fail = (problem: string, mend: string): never => {
      throw new CameraError({
        file: source ?? name,
        problem,
        mend,
        field: field ?? `images[${index}].file`,
      });
    };
    const found = find(file);
    const [match] = found;
    if (match === undefined) {
      return fail(
        `photograph ${file} is not among the ${photoNames.length} that were sent`,
        "send it, or leave its camera out",
      );
    }
    const other = claimed.get(match);
    if (found.length > 1) {
      const names = some(found.map((index) => photoNames[index]!));
      fail(
        `${found.length} photographs could be ${file}: ${names}`,
        "leave out those that it is not, or name it with its folder in the cameras",
      );
    }
    if (other !== undefined) {
      fail(
        `photograph ${photoNames[match]} would belong to both ${other} and ${
          source ? `${file} (${source})` : file
        }`,
        "send the photographs under the whole names that the cameras use",
      );
    }
    claimed.set(match, source ? `${file} (${source})` : file);
    return match;
  });
}

/** What ends a name and is no number. */
const EXTENSION = /\.[a-z][a-z0-9]{1,4}$/i;

/** A path in the parts that are compared. */
interface PathParts {
  /** Its folders, the last one first. */
  folders: readonly string[];
  /** The last part, as it is and without its extension. */
  names: readonly [whole: string, bare: string];
}

/** Spellings that are compared one after the other: macOS decomposes accents, Windows takes capitals for small. */
const SPELLINGS = [
  (path: string) => path.normalize("NFC"),
  (path: string) => path.normalize("NFC").toLowerCase(),
];

/** Makes a function that gives the indices of the photographs that a camera may mean, by the closest match. */
export function photoFinder(photoNames: readonly string[]): (file: string) => number[] {
  const finders = SPELLINGS.map((spell) => {
    const photographs = photoNames.map((name) => partsOf(spell(name)));
    const byName = new Map<string, number[]>();
    for (const [index, { names }] of photographs.entries()) {
      for (const name of new Set(names)) {
        const same = byName.get(name);
        if (same) same.push(index);
        else byName.set(name, [index]);
      }
    }
    return (file: string) => {
      const camera = partsOf(spell(file));
      const found = new Set(camera.names.flatMap((name) => byName.get(name) ?? []));
      return closest(
        [...found].map((index) => ({ index, score: likeness(camera, photographs[index]!) })),
      );
    };
  });
  return (file) => finders.map((find) => find(file)).find(({ length }) => length > 0) ?? [];
}

function closest(found: readonly { index: number; score: number }[]): number[] {
  const best = found.reduce((most, { score }) => Math.max(most, score), 0);
  return found.filter(({ score }) => score === best).map(({ index }) => index);
}

/** How much of two paths is the same: folders weigh most, then that neither has others, then the name. */
function likeness(a: PathParts, b: PathParts): number {
  const shorter = Math.min(a.folders.length, b.folders.length);
  const differs = a.folders.findIndex((folder, i) => i >= shorter || folder !== b.folders[i]);
  const common = differs < 0 ? a.folders.length : differs;
  const same = common === a.folders.length && common === b.folders.length;
  // The camera's name may lack the photograph's extension; what looks like one may belong to the name.
  const name = a.names[0] === b.names[0] ? 2 : Number(a.names[0] === b.names[1]);
  return 6 * common + 3 * Number(same) + name;
}

function partsOf(path: string): PathParts {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== "." && part !== "..");
  const name = parts.pop() ?? "";
  return { folders: parts.reverse(), names: [name, name.replace(EXTENSION, "")] };
}

/** Gives the last part of a path. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Gives the last part of a path without its extension. */
export function stem(path: string): string {
  return baseName(path).replace(/\.[^.]*$/, "");
}
