/**
 * The views of a scan: its photographs, matched with their cameras.
 *
 * @module
 */
import { PhotoError } from "../errors.ts";
import { decodePhoto, type Photo } from "../photo/photo.ts";
import { undistort } from "../photo/undistort.ts";
import type { Camera } from "./camera.ts";
import type { Warning } from "../warning.ts";
import type { CameraFile, CameraSpec } from "./camera_format.ts";
import { matchPhotos, photoFinder, requireSize } from "./match_photographs.ts";
import { readCameraFiles } from "./read_camera_files.ts";

/** A file from outside. */
export interface NamedFile {
  /** Its name. */
  name: string;
  /** Its content. */
  bytes: Uint8Array;
}

/** Views of one scan: `photos[i]` was taken by `cameras[i]`. */
export interface ScanViews {
  /** The photographs. */
  photos: Photo[];
  /** Their cameras. */
  cameras: Camera[];
  /** What is doubtful about them. */
  warnings: Warning[];
}

/**
 * Decodes the photographs that camera files name, in the order of the cameras, and removes lens distortion.
 *
 * @param images all photographs that were sent
 * @param cameraFiles files of one of the supported formats
 * @throws {CameraError} where the cameras are malformed, or a camera's photograph is missing or has another size
 * @throws {PhotoError} where a photograph has no camera or cannot be decoded
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cameraAt, camerasToJson, encodePng, readViews } from "../mod.ts";
 *
 * const optics = { width: 4, height: 3, fieldOfView: 1 };
 * const text = camerasToJson([cameraAt("a.png", [0, 0, 0], 0, 0, optics)]);
 * const bytes = encodePng({ width: 4, height: 3, pixels: new Uint8Array(36).fill(128) });
 * const { photos, cameras } = await readViews(
 *   [{ name: "a.png", bytes }],
 *   [{ name: "cameras.json", text }],
 * );
 * assert.equal(photos[0]!.pixels[0], 128);
 * assert.equal(cameras[0]!.file, "a.png");
 * ```
 */
export async function readViews(
  images: readonly NamedFile[],
  cameraFiles: readonly CameraFile[],
): Promise<ScanViews> {
  const photoNames = images.map(({ name }) => name);
  const specs = readCameraFiles(cameraFiles, photoNames);
  const source = specs[0]?.source ?? "the camera files";
  const matches = matchPhotos(specs, photoNames, source);
  const used = new Set(matches);
  const unused = images.find((_, index) => !used.has(index));
  if (unused) {
    throw new PhotoError({
      file: unused.name,
      action: "use",
      problem: `${source} has no camera for it`,
      mend: "add one, or leave the photograph out",
    });
  }
  const views: ScanViews = { photos: [], cameras: [], warnings: [] };
  for (const [index, match] of matches.entries()) {
    const { name, bytes } = images[match]!;
    const view = viewOf(specs[index]!, await decodePhoto(bytes, name));
    views.photos.push(view.photo);
    views.cameras.push(view.camera);
  }
  return views;
}

/**
 * Gives the names of those photographs that camera files name. Photographs that are missing are not reported here but
 * by {@link readViews}.
 */
export function photographsWanted(
  photoNames: readonly string[],
  cameraFiles: readonly CameraFile[],
): string[] {
  const find = photoFinder(photoNames);
  const wanted = readCameraFiles(cameraFiles, photoNames).flatMap(({ file }) => find(file));
  return [...new Set(wanted)].map((index) => photoNames[index]!);
}

function viewOf(spec: CameraSpec, photo: Photo): { photo: Photo; camera: Camera } {
  const { file, worldToCamera, distortion, source } = spec;
  const { width, height } = spec.size ?? photo;
  const camera = { file, width, height, ...spec.pinhole({ width, height }), worldToCamera };
  requireSize(camera, photo, source);
  return distortion ? undistort(photo, camera, distortion, source) : { photo, camera };
}
