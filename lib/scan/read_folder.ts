/**
 * Reads scans, photographs and cameras from disk.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { CameraFile } from "./camera/camera_format.ts";
import { loadCameraFiles } from "./camera/load_camera_files.ts";
import { type NamedFile, photographsWanted } from "./camera/read_views.ts";

/** Reads a file; its name is the last part of the path. */
export async function readNamed(path: string): Promise<NamedFile> {
  return { name: basename(path), bytes: await Deno.readFile(path) };
}

/** Names of files that may be photographs. */
const PHOTOGRAPH = /\.(jpe?g|png|webp)$/i;
/** Names of files that may hold cameras. */
const CAMERAS = /\.(json|txt)$/i;
/** The points of a COLMAP model: a large file without cameras. */
const NO_CAMERAS = /points3D\.txt$/i;
/** Levels of folders that are searched below a folder: `sparse/0`, `pose`, `images`. */
const DEPTH = 2;

/**
 * Reads camera files, and from a folder the photographs that they name; the folder may hold further files.
 *
 * @param folder folder of the photographs, searched two levels deep
 * @param camerasPath a camera file, or a folder of camera files
 * @returns what {@link readViews} takes; photographs that are missing are reported there
 * @throws {CameraError} where the camera files are malformed
 */
export async function readPhotographs(
  folder: string,
  camerasPath: string,
): Promise<{ images: NamedFile[]; cameras: CameraFile[] }> {
  const { isDirectory } = await Deno.stat(camerasPath);
  const paths = isDirectory
    ? (await filesBelow(camerasPath, CAMERAS)).filter((path) => !NO_CAMERAS.test(path))
      .map((path) => join(camerasPath, path))
    : [camerasPath];
  const cameras = await loadCameraFiles(
    paths.map((path) => ({ name: basename(path), open: () => chunksOf(path) })),
  );
  const names = await filesBelow(folder, PHOTOGRAPH).catch((error) => {
    // Missing photographs are reported where they are matched with the cameras.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  const images: NamedFile[] = [];
  for (const name of photographsWanted(names, cameras)) {
    images.push({ name, bytes: await Deno.readFile(join(folder, name)) });
  }
  return { images, cameras };
}

/** The content of a file, chunk by chunk. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path);
  yield* file.readable;
}

/** Matching paths below a folder, sorted, with slashes. */
async function filesBelow(folder: string, pattern: RegExp, depth = DEPTH): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isFile, isSymlink, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && depth > 0) {
      const below = await filesBelow(join(folder, name), pattern, depth - 1);
      found.push(...below.map((path) => `${name}/${path}`));
    } else if ((isFile || isSymlink) && pattern.test(name)) {
      found.push(name);
    }
  }
  return found.sort();
}
