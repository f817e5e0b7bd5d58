/**
 * Scans and photographs from disk.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { CameraFile } from "./camera/read_camera_files.ts";
import { type NamedFile, photographsWanted } from "./camera/read_views.ts";

/** Reads one file under its own name. */
export async function readNamed(path: string): Promise<NamedFile> {
  return { name: basename(path), bytes: await Deno.readFile(path) };
}

/** Files that may be photographs, and files that may hold cameras. */
const PHOTOGRAPH = /\.(jpe?g|png|webp)$/i;
const CAMERAS = /\.(json|txt)$/i;
/** The points of a COLMAP model: large, and no cameras. */
const NO_CAMERAS = /points3D\.txt$/i;
/** Folders below a folder that are looked into: `sparse/0`, `pose`, `images`. */
const DEPTH = 2;

/**
 * Reads camera files and those photographs they name that are in a folder; others may lie there too.
 *
 * @param folder looked through to two folders below it
 * @param camerasPath a camera file, or a folder of them
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
  const cameras: CameraFile[] = [];
  for (const path of paths) {
    cameras.push({ name: basename(path), text: await Deno.readTextFile(path) });
  }
  const names = await filesBelow(folder, PHOTOGRAPH).catch((error) => {
    // Which camera misses its photograph is said where the two are matched.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  const images: NamedFile[] = [];
  for (const name of photographsWanted(names, cameras)) {
    images.push({ name, bytes: await Deno.readFile(join(folder, name)) });
  }
  return { images, cameras };
}

/** Paths below a folder that match, in a fixed order, with slashes. */
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
