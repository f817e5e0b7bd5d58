/**
 * A scene as a folder of files: the scan, and where there are photographs `cameras.json` and the folder `images/`.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import { readNamed, readPhotographs, readScan, readViews } from "../scan/mod.ts";

/** A description of a data set is malformed, or names files that are missing. */
export class DatasetError extends SyntaxError {
  /** `DatasetError`. */
  override name = "DatasetError";
}

/** Names that the scan of a scene may have. */
const SCANS = ["scan.ply", "scan.las", "scan.laz"];

/** The path of the scan in a scene's folder, or what the folder lacks: photographs need cameras. */
export async function scanOf(folder: string): Promise<{ scan: string } | { lacks: string }> {
  const index = (await Promise.all(SCANS.map((file) => exists(join(folder, file))))).indexOf(true);
  if (index < 0) return { lacks: `one of ${SCANS.join(", ")}` };
  const hasCameras = await exists(join(folder, "cameras.json"));
  if (await exists(join(folder, "images")) && !hasCameras) {
    return { lacks: "cameras.json, which its photographs need" };
  }
  return { scan: join(folder, SCANS[index]!) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Name, size and time of every file of a scene, sorted: they show a change without reading the files. */
export async function inventory(folder: string): Promise<string[]> {
  const lines: string[] = [];
  for (const part of ["", "images"]) {
    const entries = Deno.readDir(join(folder, part));
    try {
      for await (const { name, isFile } of entries) {
        if (!isFile) continue;
        const { size, mtime } = await Deno.stat(join(folder, part, name));
        lines.push(`${part}/${name} ${size} ${mtime?.getTime()}`);
      }
    } catch (error) {
      // That photographs are missing is reported where they are matched with the cameras.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return lines.sort();
}

/** The files of a scene as they are: neither units nor axes nor labels are touched. */
export interface SceneFiles {
  readonly scan: Scan;
  /** `photos[i]` was taken by `cameras[i]`. */
  readonly photos: readonly Photo[];
  readonly cameras: readonly Camera[];
}

/**
 * Reads the scan at `path`, and the photographs beside it.
 *
 * @param name name of the scene, for messages
 */
export async function readSceneFiles(path: string, name: string): Promise<SceneFiles> {
  const { bytes } = await readNamed(path);
  const folder = dirname(path);
  const scan = await readScan(bytes, `${name}/${basename(path)}`);
  const cameras = join(folder, "cameras.json");
  if (!await exists(cameras)) return { scan, photos: [], cameras: [] };
  const { images, cameras: files } = await readPhotographs(join(folder, "images"), cameras);
  const views = await readViews(images, files, basename(path));
  return { scan, photos: views.photos, cameras: views.cameras };
}
