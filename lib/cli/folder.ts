/**
 * Scans and photographs from disk.
 *
 * @module
 */
import { basename, join } from "node:path";
import { parseCameras } from "../scan/mod.ts";
import type { NamedFile } from "../scan/views.ts";

/** Reads one file under its own name. */
export async function readNamed(path: string): Promise<NamedFile> {
  return { name: basename(path), bytes: await Deno.readFile(path) };
}

/** Reads a camera file and those photographs it names that are in a folder; others may lie there too. */
export async function readPhotographs(
  folder: string,
  camerasPath: string,
): Promise<{ images: NamedFile[]; cameras: { name: string; text: string } }> {
  const cameras = { name: basename(camerasPath), text: await Deno.readTextFile(camerasPath) };
  const images: NamedFile[] = [];
  for (const { file } of parseCameras(cameras.text, cameras.name)) {
    const bytes = await Deno.readFile(join(folder, file)).catch((error) => {
      // Which camera misses its photograph is said where the two are matched.
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    if (bytes) images.push({ name: file, bytes });
  }
  return { images, cameras };
}
