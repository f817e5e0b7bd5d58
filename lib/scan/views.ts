/**
 * The photographs of a scan with their cameras: which belongs to which, and whether all are there.
 *
 * @module
 */
import { type Camera, matchPhotos, parseCameras, requireSize } from "./cameras.ts";
import { PhotoError } from "./errors.ts";
import { decodePhoto, type Photo } from "./photo.ts";

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
 * Decodes the photographs that a camera file names, in its order.
 *
 * @param images all photographs that were sent.
 * @throws {CameraError} where a camera names a photograph that is not there, or has another size than it.
 * @throws {PhotoError} where no camera names a photograph, or one cannot be decoded.
 */
export async function readViews(
  images: readonly NamedFile[],
  camerasFile: { name: string; text: string },
): Promise<Views> {
  const cameras = parseCameras(camerasFile.text, camerasFile.name);
  const matches = matchPhotos(cameras, images.map(({ name }) => name), camerasFile.name);
  const unused = images.find((_, index) => !matches.includes(index));
  if (unused) {
    throw new PhotoError({
      file: unused.name,
      action: "use",
      problem: `${camerasFile.name} has no camera for it`,
      mend: "add one, or leave the photograph out",
    });
  }
  const photos: Photo[] = [];
  for (const [index, match] of matches.entries()) {
    const { name, bytes } = images[match]!;
    const photo = await decodePhoto(bytes, name);
    requireSize(cameras[index]!, photo, camerasFile.name);
    photos.push(photo);
  }
  return { photos, cameras };
}
