/**
 * The labelled surveys of a folder: every scan below it, with photographs where it has a folder of its own with them.
 *
 * @module
 */
import { basename, join } from "node:path";
import {
  type Camera,
  findScans,
  type Photo,
  readNamed,
  readScan,
  readSceneFolder,
  readViews,
  type Scan,
} from "../../scan/mod.ts";

/** A scan of the benchmark on disk. */
export interface SurveySample {
  /** Its path from the folder. */
  readonly name: string;
  /** Reads the scan, and its photographs where there are some. */
  open(): Promise<{ scan: Scan; photos: readonly Photo[]; cameras: readonly Camera[] }>;
}

/** Finds the scans below a folder. */
export async function surveySamples(folder: string): Promise<SurveySample[]> {
  const found = await findScans(folder);
  return found.map(({ name, scene }) => ({
    name: found.length === 1 ? basename(folder) : name,
    open: async () => {
      const { scan: path, images, cameras, labelNames } = scene === null
        ? { scan: join(folder, name), images: [], cameras: [], labelNames: null }
        : await readSceneFolder(scene);
      const file = await readNamed(path);
      const scan = await readScan(file.bytes, file.name);
      const views = cameras.length > 0
        ? await readViews(images, cameras, scan.name)
        : { photos: [], cameras: [] };
      return {
        scan: labelNames && !scan.labelNames ? { ...scan, labelNames: labelNames.names } : scan,
        ...views,
      };
    },
  }));
}
