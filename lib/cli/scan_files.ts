/**
 * The files that a command labels: a scan with its photographs, cameras and names of labels.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { basename, join } from "node:path";
import {
  e57Photographs,
  type LabelNames,
  readNamed,
  readPhotographs,
  readScan,
  readSceneFolder,
  type Scan,
  type SceneFolder,
  withByteSource,
} from "../scan/mod.ts";
import { UsageError } from "./args.ts";

/** What a scan is labelled from. */
export interface ScanFiles extends Omit<SceneFolder, "scan"> {
  /** Path of the scan. */
  path: string;
  /** Paths of all files that are read. */
  inputs: string[];
}

/** A scan with nothing beside it. */
export function bareScan(path: string): ScanFiles {
  return { path, images: [], cameras: [], labelNames: null, warnings: [], inputs: [path] };
}

/**
 * The one scan of a folder with what lies beside it.
 *
 * @throws {ScanError} where the folder has no scan or several.
 */
export async function scanInFolder(folder: string): Promise<ScanFiles> {
  const { scan, ...found } = await readSceneFolder(folder);
  const others = [...found.images, ...found.cameras].map(({ name }) => join(folder, name));
  if (found.labelNames) others.push(join(folder, found.labelNames.file));
  return { path: scan, ...found, inputs: [scan, ...others] };
}

/**
 * A scan with photographs and cameras that the command line names.
 *
 * @param images folder of the photographs.
 * @param cameras file or folder of their cameras.
 * @throws {UsageError} where one of the two is missing.
 */
export async function scanWithPhotographs(
  path: string,
  images: string | undefined,
  cameras: string | undefined,
): Promise<ScanFiles> {
  if (images === undefined || cameras === undefined) {
    const [lacking, what] = images === undefined
      ? ["--images", "the folder of the photographs"]
      : ["--cameras", "the file or the folder of their cameras"];
    throw new UsageError(
      `--images and --cameras belong together: give ${lacking} too, ${what}, which may be the same folder`,
    );
  }
  const found = await readPhotographs(images, cameras);
  const others = [
    cameras,
    ...found.cameras.map(({ name }) => join(cameras, name)),
    ...found.images.map(({ name }) => join(images, name)),
  ];
  return { ...bareScan(path), ...found, inputs: [path, ...others] };
}

/** The files of a scan with the photographs that it holds itself, where none lie beside it. */
export async function withEmbedded(files: ScanFiles): Promise<ScanFiles> {
  if (files.cameras.length > 0) return files;
  const found = await withByteSource(
    files.path,
    (source) => e57Photographs(source, basename(files.path)),
  ).catch((error) => {
    // That there is no scan is said where its points are read.
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  });
  if (!found) return files;
  const images = found.photographs.map(({ name, chunks }) => ({
    name,
    // Each is read once it is needed, so that one is held at a time.
    bytes: () =>
      withByteSource(
        files.path,
        async (source) => concat(await Array.fromAsync(chunks(source))),
      ),
  }));
  return { ...files, images, cameras: [found.cameras] };
}

/** Reads the scan. Where a file beside it names its labels, so does the scan. */
export async function readScanOf({ path, labelNames }: ScanFiles): Promise<Scan> {
  const file = await readNamed(path);
  return named(await readScan(file.bytes, file.name), labelNames);
}

/** A scan with what a file beside it says of its labels. Names in its own header say it better. */
function named(scan: Scan, found: LabelNames | null): Scan {
  if (!found) return scan;
  if (scan.labels && !scan.labelNames) return { ...scan, labelNames: found.names };
  const why = scan.labels
    ? "the header of the scan names its labels itself"
    : "the scan has no labels";
  const text = `The names of labels in ${found.file} were left out, since ${why}.`;
  return { ...scan, warnings: [...scan.warnings, { code: "left-out", text }] };
}
