/**
 * Labelled surveys: every scan below a folder, with photographs where it has a folder of its own with them; or the
 * validation scenes of a world, on which settings are chosen.
 *
 * @module
 */
import { basename, join } from "node:path";
import type { Dataset } from "../../datasets/dataset.ts";
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

/** A scan of the benchmark. */
export interface SurveySample {
  /** Its path from the folder. */
  readonly name: string;
  /** What it is averaged with in tables: a domain; by default it stands alone. */
  readonly domain?: string;
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

/** The first validation scenes of each domain of a data set, labelled by the ASPRS codes of its classes. */
export function validationSamples(
  { domains, asprs, scene }: Pick<Dataset, "domains" | "asprs" | "scene">,
  scenes: number,
): SurveySample[] {
  return domains.flatMap(({ name: domain }) =>
    Array.from({ length: scenes }, (_, index): SurveySample => ({
      name: `${domain}/validation/${index}`,
      domain,
      open: async () => {
        const { scan, photos, cameras } = await scene(domain, "validation", index);
        // A label without a code is the one to be ignored: it stands for no class.
        const labels = scan.labels?.map((label) => asprs[label] ?? 0) ?? null;
        return { scan: { ...scan, labels }, photos, cameras };
      },
    }))
  );
}
