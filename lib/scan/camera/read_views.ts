/**
 * The photographs of a scan with their cameras: which belongs to which, and whether all are there.
 *
 * @module
 */
import { type CameraFile, type CameraSpec, readCameraFiles } from "./read_camera_files.ts";
import { type Camera, matchPhotos, photoFinder, requireSize } from "./cameras.ts";
import { PhotoError } from "../errors.ts";
import { undistort } from "../photo/undistort.ts";
import { decodePhoto, type Photo } from "../photo/photo.ts";

/** A file from outside. */
export interface NamedFile {
  name: string;
  bytes: Uint8Array;
}

/** Views of one scan: `photos[i]` was taken by `cameras[i]`. */
export interface Views {
  photos: Photo[];
  cameras: Camera[];
}

/**
 * Decodes the photographs that camera files name, in their order, and takes lens distortion out of them.
 *
 * @param images all photographs that were sent.
 * @param cameraFiles of any format that is read.
 * @throws {CameraError} where the cameras are malformed, or one names a photograph that is not there, or has
 *   another size than it.
 * @throws {PhotoError} where no camera names a photograph, or one cannot be decoded.
 */
export async function readViews(
  images: readonly NamedFile[],
  cameraFiles: readonly CameraFile[],
): Promise<Views> {
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
  const views: Views = { photos: [], cameras: [] };
  for (const [index, match] of matches.entries()) {
    const { name, bytes } = images[match]!;
    const view = viewOf(specs[index]!, await decodePhoto(bytes, name));
    views.photos.push(view.photo);
    views.cameras.push(view.camera);
  }
  return views;
}

/** Those photographs of a folder that camera files name; which of them are missing is for {@link readViews}. */
export function photographsWanted(
  photoNames: readonly string[],
  cameraFiles: readonly CameraFile[],
): string[] {
  const find = photoFinder(photoNames);
  const wanted = readCameraFiles(cameraFiles, photoNames).flatMap(({ file }) => find(file));
  return [...new Set(wanted)].map((index) => photoNames[index]!);
}

function viewOf(spec: CameraSpec, photo: Photo): { photo: Photo; camera: Camera } {
  const { file, worldToCamera, lens, source } = spec;
  const { width, height } = spec.size ?? photo;
  const camera = { file, width, height, ...spec.pinhole({ width, height }), worldToCamera };
  requireSize(camera, photo, source);
  return lens ? undistort(photo, camera, lens, source) : { photo, camera };
}
