/**
 * The views of a scan: its photographs, matched with their cameras.
 *
 * @module
 */
import { PhotoError } from "../errors.ts";
import { decodePhoto, type Photo } from "../photo/photo.ts";
import { cutViews, MOST_CUT_PIXELS, MOST_CUT_VIEWS } from "../lens/cut_views.ts";
import { undistort } from "../photo/undistort.ts";
import type { Warning } from "../warning.ts";
import type { Camera } from "./camera.ts";
import type { CameraFile } from "./camera_file.ts";
import { type CameraSpec, some } from "./camera_format.ts";
import { fitCamera, PhotographDoubts } from "./fit_camera.ts";
import { baseName, isCompanion, matchPhotos, photoFinder, stem } from "./match_photographs.ts";
import { readCameraFiles } from "./read_camera_files.ts";

/** A file from outside. */
export interface NamedFile {
  /** Its name. */
  name: string;
  /** Its content. */
  bytes: Uint8Array;
}

/** A photograph from outside; it may be read as late as it is decoded, and only if it has a camera. */
export interface PhotoFile {
  /** Its name; its path within a folder, where it comes from one. */
  name: string;
  /** Its content, or what reads it. */
  bytes: Uint8Array | (() => Promise<Uint8Array>);
}

/** Views of one scan: `photos[i]` was taken by `cameras[i]`, or cut from what was taken as if it had been. */
export interface ScanViews {
  /** The photographs. */
  photos: Photo[];
  /** Their cameras. */
  cameras: Camera[];
  /** Whether these are of structure from motion, which has no scale unless it was given one. */
  isUnscaled?: boolean;
  /** What is doubtful about them. */
  warnings: Warning[];
}

/**
 * Decodes the photographs that camera files name, in the order of the cameras, removes lens distortion,
 * and cuts pictures of fisheye lenses and panoramas into several views.
 * Photographs without a camera and cameras without a photograph are left out with a warning, as long as there are others.
 *
 * @param images all photographs that were sent
 * @param cameraFiles files of one of the supported formats
 * @param scanName name of the scan; KITTI's calibration of a sequence is for the photograph with the same number
 * @throws {CameraError} where the cameras are malformed, all their photographs are missing, or one has another shape
 * @throws {PhotoError} where no photograph has a camera, or one cannot be decoded
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
  images: readonly PhotoFile[],
  cameraFiles: readonly CameraFile[],
  scanName?: string,
): Promise<ScanViews> {
  const photoNames = images.map(({ name }) => name);
  const { specs, warnings, isUnscaled = false, lost = [] } = readCameraFiles(cameraFiles, {
    photoNames,
    scanName,
  });
  const matches = matchPhotos(specs, photoNames);
  const doubts = new PhotographDoubts();
  const views: ScanViews = {
    photos: [],
    cameras: [],
    ...(isUnscaled ? { isUnscaled } : {}),
    warnings: [
      ...warnings,
      ...withoutPhotograph(specs, matches),
      ...withoutCamera(photoNames, matches, lost, specs[0]?.source),
    ],
  };
  for (const [index, match] of matches.entries()) {
    if (match === null) continue;
    const { name, bytes } = images[match]!;
    const content = typeof bytes === "function" ? await bytes() : bytes;
    const photo = await decodePhoto(content, name);
    for (const view of viewsOf(specs[index]!, photo, doubts)) {
      views.photos.push(view.photo);
      views.cameras.push(view.camera);
    }
  }
  views.warnings.push(...doubts.warnings());
  return views;
}

/** How much more the views of photographs may be than the photographs: where none is cut into several, no more. */
export interface ViewShare {
  /** Views of a photograph. */
  readonly views: number;
  /** Pixels of its views for each of its own. */
  readonly pixels: number;
}

/**
 * Reads from camera files what {@link readViews} will make of a photograph, before any is decoded.
 *
 * @throws {CameraError} as {@link readViews}
 */
export function viewShare(
  images: readonly { readonly name: string }[],
  cameraFiles: readonly CameraFile[],
  scanName?: string,
): ViewShare {
  const photoNames = images.map(({ name }) => name);
  const { specs } = readCameraFiles(cameraFiles, { photoNames, scanName });
  return specs.some(({ wideLens }) => wideLens)
    ? { views: MOST_CUT_VIEWS, pixels: MOST_CUT_PIXELS }
    : { views: 1, pixels: 1 };
}

/** What is said of cameras whose photographs were not sent: a model may have more of them than a request can carry. */
function withoutPhotograph(
  specs: readonly CameraSpec[],
  matches: readonly (number | null)[],
): Warning[] {
  const left = specs.filter((_, index) => matches[index] === null);
  if (left.length === 0) return [];
  return [{
    code: "left-out",
    text:
      `Cameras whose photographs are not among those that were sent were left out, ${left.length} of ${specs.length} in ${
        left[0]!.source
      }: ${some(left.map(({ file }) => file))}. Send these photographs too if they show the scan.`,
    field: "cameras",
  }];
}

/** What is said of photographs that have no camera. @throws {PhotoError} where none has one. */
function withoutCamera(
  photoNames: readonly string[],
  matches: readonly (number | null)[],
  lost: readonly string[],
  source = "the camera files",
): Warning[] {
  const find = photoFinder(photoNames);
  const used = new Set([...matches.filter((match) => match !== null), ...lost.flatMap(find)]);
  // A mask of COLMAP has the whole name of its photograph and an extension more.
  const shown = new Set(
    [...used].flatMap((index) => [stem, baseName].map((of) => of(photoNames[index]!))),
  );
  const names = photoNames.filter((name, index) =>
    !used.has(index) && !(isCompanion(name) && shown.has(stem(name)))
  );
  if (names.length === 0) return [];
  if (matches.every((match) => match === null)) {
    throw new PhotoError({
      file: names[0]!,
      action: "use",
      problem: `${source} has no camera for it, nor for any other photograph`,
      mend: "send the cameras of these photographs, or leave the photographs out",
    });
  }
  return [{
    code: "left-out",
    text: `Photographs without a camera in ${source} were left out: ${
      some(names)
    }. Add their cameras if they show the scan.`,
    field: "images",
  }];
}

/** The views of a photograph: one, or those into which a picture is cut that no pinhole could have taken. */
function viewsOf(
  spec: CameraSpec,
  stored: Photo,
  doubts: PhotographDoubts,
): { photo: Photo; camera: Camera }[] {
  const { photo, camera } = fitCamera(spec, stored, doubts);
  const { wideLens, distortion, source } = spec;
  if (wideLens) return cutViews(photo, camera, wideLens, source);
  return [distortion ? undistort(photo, camera, distortion, source) : { photo, camera }];
}
