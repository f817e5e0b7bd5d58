/**
 * Matches cameras with photographs.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import type { Camera } from "./camera.ts";

/**
 * Finds the photograph of every camera: by its whole name; where there is none, by the part after the last slash;
 * where there is none either, by that part without its extension.
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
 * const photographs = ["images/b.jpg", "images/a.jpg"];
 * assert.deepEqual(matchPhotos([{ file: "a.png" }, { file: "b.jpg" }], photographs), [1, 0]);
 * ```
 */
export function matchPhotos(
  cameras: readonly { file: string; field?: string }[],
  photoNames: readonly string[],
  name = "cameras.json",
): number[] {
  const find = photoFinder(photoNames);
  const claimed = new Map<number, string>();
  return cameras.map(({ file, field }, index) => {
    const fail = (problem: string, mend: string): never => {
      throw new CameraError({ file: name, problem, mend, field: field ?? `images[${index}].file` });
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
      fail(`${found.length} photographs are called ${file}`, "give every photograph its own name");
    }
    if (other !== undefined) {
      fail(
        `photograph ${photoNames[match]} would belong to both ${other} and ${file}`,
        "send the photographs under the whole names that the cameras use",
      );
    }
    claimed.set(match, file);
    return match;
  });
}

/** Makes a function that gives the indices of the photographs that a camera may mean, by the closest kind of match. */
export function photoFinder(photoNames: readonly string[]): (file: string) => number[] {
  const kinds = [(path: string) => path, baseName, stem].map((key) => {
    const indices = Map.groupBy(photoNames.keys(), (index) => key(photoNames[index]!));
    return (file: string) => indices.get(key(file)) ?? [];
  });
  return (file) => kinds.map((find) => find(file)).find(({ length }) => length > 0) ?? [];
}

/**
 * Checks that a decoded photograph has the size that its camera was calibrated for.
 *
 * @param name name of the camera file, for errors
 * @throws {CameraError} where it has another size
 */
export function requireSize(
  camera: Camera,
  photo: ImageSize & { name: string },
  name = "cameras.json",
): void {
  if (photo.width === camera.width && photo.height === camera.height) return;
  throw new CameraError({
    file: name,
    problem:
      `photograph ${photo.name} has ${photo.width}x${photo.height} pixels, its camera ${camera.width}x${camera.height}`,
    mend: "send the photograph in its calibrated size, or scale fx, fy, cx, cy, width and height",
    field: `${camera.file}.width`,
  });
}

/** Gives the last part of a path. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Gives the last part of a path without its extension. */
export function stem(path: string): string {
  return baseName(path).replace(/\.[^.]*$/, "");
}
