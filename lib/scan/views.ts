/**
 * Photographs with their cameras: which file belongs to which camera, and whether all are there.
 *
 * @module
 */
import { type Camera, parseCameras } from "./cameras.ts";
import { CameraError, PhotoError } from "./errors.ts";
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
 * Decodes the photographs that a camera file names, in its order. Folders in names do not count:
 * `images/0.jpg` and `0.jpg` are one.
 *
 * @param images all photographs that were sent.
 * @throws {CameraError} where a camera names a photograph that is not there, or has another size than it.
 * @throws {PhotoError} where no camera names a photograph, two have one name, or one cannot be decoded.
 */
export async function readViews(
  images: readonly NamedFile[],
  camerasFile: { name: string; text: string },
): Promise<Views> {
  const cameras = parseCameras(camerasFile.text, camerasFile.name);
  const byName = new Map<string, NamedFile>();
  for (const image of images) {
    if (byName.has(baseName(image.name))) {
      throw new PhotoError({
        file: image.name,
        action: "use",
        problem: "there are two photographs of this name",
        mend: "give each a name of its own",
      });
    }
    byName.set(baseName(image.name), image);
  }
  const found = cameras.map((camera, index) => {
    const image = byName.get(baseName(camera.file));
    if (image) return image;
    throw new CameraError({
      file: camerasFile.name,
      action: "use",
      problem: `it names the photograph ${camera.file}, which is not there`,
      mend: "send it along, or take its camera out",
      field: `images[${index}].file`,
    });
  });
  const left = images.find((image) => !found.includes(image));
  if (left) {
    throw new PhotoError({
      file: left.name,
      action: "use",
      problem: `${camerasFile.name} has no camera for it`,
      mend: "add one, or leave the photograph out",
    });
  }
  const photos: Photo[] = [];
  for (const [index, { width, height }] of cameras.entries()) {
    const image = found[index]!;
    const photo = await decodePhoto(image.bytes, image.name);
    if (photo.width !== width || photo.height !== height) {
      throw new CameraError({
        file: camerasFile.name,
        action: "use",
        problem:
          `it says ${width}x${height} pixels of ${image.name}, which has ${photo.width}x${photo.height}`,
        mend: "correct the size, or send the photograph that was calibrated",
        field: `images[${index}].width`,
      });
    }
    photos.push(photo);
  }
  return { photos, cameras };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
