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
 * extension; of two such still, the one that is no smaller version, mask or depth map by its folder. Capital letters count
 * only if there are photographs that differ in nothing else. A photograph that two cameras may
 * mean belongs to the one that is more like it.
 *
 * @param cameras `field` is their place in the camera file; `images[i].file` by default
 * @param name name of the camera file, for errors
 * @returns for each camera the index into `photoNames`; null where its photograph is not among them
 * @throws {CameraError} where there are cameras, and none has a photograph; naming a photograph that has namesakes, or
 *   that two cameras claim
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { matchPhotos } from "../mod.ts";
 *
 * const photographs = ["left/b.jpg", "left/a.jpg", "right/a.jpg"];
 * const cameras = [{ file: "left/a.png" }, { file: "b" }, { file: "c" }];
 * assert.deepEqual(matchPhotos(cameras, photographs), [1, 0, null]);
 * ```
 */
export function matchPhotos(
  cameras: readonly { file: string; source?: string; field?: string }[],
  photoNames: readonly string[],
  name = "cameras.json",
): (number | null)[] {
  const find = closestFinder(photoNames);
  const fail = (index: number, problem: string, mend: string): never => {
    const { source, field } = cameras[index]!;
    throw new CameraError({
      file: source ?? name,
      problem,
      mend,
      field: field ?? `images[${index}].file`,
    });
  };
  const found = cameras.map(({ file }) => find(file));
  const claims = claimsOf(found);
  if (cameras.length > 0 && claims.size === 0) {
    fail(
      0,
      `photograph ${cameras[0]!.file} is not among the ${photoNames.length} that were sent${
        cameras.length > 1 ? `, nor is that of any other of the ${cameras.length} cameras` : ""
      }`,
      "send it under the name that its camera has, or leave its camera out",
    );
  }
  const isLost = ({ indices }: Found, camera: number) =>
    indices.every((index) => !claims.get(index)!.includes(camera));
  // The photographs of a folder were not sent where those of another one are taken for them.
  const absent = new Set(
    cameras
      .filter((_, camera) => found[camera]!.indices.length > 0 && isLost(found[camera]!, camera))
      .map(({ file }) => folderOf(file)),
  );
  return found.map((candidates, camera) => {
    const { indices, isElsewhere } = candidates;
    const { file } = cameras[camera]!;
    const [match] = indices;
    if (match === undefined || isLost(candidates, camera)) return null;
    if (isElsewhere && absent.has(folderOf(file))) return null;
    if (indices.length > 1) {
      const names = some(indices.map((index) => photoNames[index]!));
      fail(
        camera,
        `${indices.length} photographs could be ${file}: ${names}`,
        "leave out those that it is not, or name it with its folder in the cameras",
      );
    }
    const [first, second] = claims.get(match)!;
    if (second !== undefined) {
      const [one, other] = [first!, second].map((index) => {
        const { file, source } = cameras[index]!;
        return source ? `${file} (${source})` : file;
      });
      fail(
        second,
        `photograph ${photoNames[match]} would belong to both ${one} and ${other}`,
        "send the photographs under the whole names that the cameras use",
      );
    }
    return match;
  });
}

/** For each photograph the cameras that may be its own: those that are most like it. */
function claimsOf(found: readonly Found[]): Map<number, number[]> {
  const claims = new Map<number, number[]>();
  const likest = new Map<number, number>();
  for (const [camera, { indices, score }] of found.entries()) {
    for (const index of indices) {
      const best = likest.get(index) ?? -Infinity;
      if (score < best) continue;
      likest.set(index, score);
      claims.set(index, score === best ? [...claims.get(index)!, camera] : [camera]);
    }
  }
  return claims;
}

/** What ends a name and is no number. */
const EXTENSION = /\.[a-z][a-z0-9]{1,4}$/i;

/**
 * Folders of pictures that have the names of photographs and are none: smaller versions, as nerfstudio makes them and
 * mip-NeRF 360's scenes have them, masks, depths and normals.
 */
const COMPANIONS = /^(?:images_\d+|(?:depth|mask|normal)(?:s|_maps?)?)$/i;

/** Whether a picture is no photograph but goes with one of its name, by its folder. */
export function isCompanion(path: string): boolean {
  return partsOf(path).folders.some((folder) => COMPANIONS.test(folder));
}

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

/** The photographs that a camera may mean. */
interface Found {
  /** Those that are most like it, all equally. */
  indices: readonly number[];
  /** How much. */
  score: number;
  /** Whether they lie in another folder than the camera says. */
  isElsewhere: boolean;
}

/** Makes a function that gives the indices of the photographs that a camera may mean, by the closest match. */
export function photoFinder(photoNames: readonly string[]): (file: string) => readonly number[] {
  const find = closestFinder(photoNames);
  return (file) => find(file).indices;
}

function closestFinder(photoNames: readonly string[]): (file: string) => Found {
  const companions = new Set(photoNames.keys().filter((index) => isCompanion(photoNames[index]!)));
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
        [...found].map((index) => ({ index, ...likeness(camera, photographs[index]!) })),
        companions,
      );
    };
  });
  return (file) => {
    const found = finders.map((find) => find(file));
    return found.find(({ indices }) => indices.length > 0) ?? found[0]!;
  };
}

function closest(
  found: readonly ({ index: number } & Likeness)[],
  companions: ReadonlySet<number>,
): Found {
  const score = found.reduce((most, { score }) => Math.max(most, score), 0);
  const likest = found.filter((candidate) => candidate.score === score);
  const originals = likest.filter(({ index }) => !companions.has(index));
  const best = originals.length > 0 ? originals : likest;
  return {
    indices: best.map(({ index }) => index),
    score,
    isElsewhere: best.some(({ isElsewhere }) => isElsewhere),
  };
}

/** How much of two paths is the same. */
type Likeness = Pick<Found, "score" | "isElsewhere">;

/** Compares two paths: folders weigh most, then that neither has others, then the name. */
function likeness(a: PathParts, b: PathParts): Likeness {
  const shorter = Math.min(a.folders.length, b.folders.length);
  const differs = a.folders.findIndex((folder, i) => i >= shorter || folder !== b.folders[i]);
  const common = differs < 0 ? a.folders.length : differs;
  const same = common === a.folders.length && common === b.folders.length;
  // The camera's name may lack the photograph's extension; what looks like one may belong to the name.
  const name = a.names[0] === b.names[0] ? 2 : Number(a.names[0] === b.names[1]);
  return { score: 6 * common + 3 * Number(same) + name, isElsewhere: common < shorter };
}

function folderOf(path: string): string {
  return partsOf(path).folders.join("/");
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
