/**
 * Reads scans, photographs and cameras from disk.
 *
 * @module
 */
import { basename, join } from "node:path";
import { loadCameraFiles } from "./camera/load_camera_files.ts";
import { isRecord, some } from "./camera/camera_format.ts";
import { openFile } from "./camera/camera_file.ts";
import type { NamedFile, PhotoFile } from "./camera/read_views.ts";
import { CameraError, ScanError } from "./errors.ts";
import { labelFilesHint, labelNamesOf } from "./label_names.ts";
import type { Warning } from "./warning.ts";

/** Reads a file; its name is the last part of the path. */
export async function readNamed(path: string): Promise<NamedFile> {
  return { name: basename(path), bytes: await Deno.readFile(path) };
}

/** Names of files that may be scans; of those that end with `.bin` the numbers of KITTI, and the names of nuScenes. */
const SCAN = /\.(?:las|laz|ply|pcd|csv|xyz|asc|pts|ptx|e57|pcd\.bin)$|(?:^|\/)\d{6,}\.bin$/i;
/** Names of files that may be photographs. */
const PHOTOGRAPH = /\.(jpe?g|png|webp)$/i;
/** Names of files that may hold cameras; of binary ones those of COLMAP alone, beside whose models lie large depth maps. */
const CAMERAS = /\.(?:json|txt)$|(?:cameras|images)\.bin$/i;
/** Names of files that may name labels. */
const JSON_FILE = /\.json$/i;
/** The rest of a COLMAP model: files without cameras, large ones among them. */
const NO_CAMERAS = /points3D\.txt$|(?:points3D|rigs|frames)\.bin$/i;
/** Points from which programs reconstruct a scene, beside which the scan lies; and the table of a campaign. */
const NO_SCAN = /(?:^|\/)(?:(?:points3D|sparse_pc|input)\.ply|campaign\.csv)$/i;
/** Labelled scans, and what lies beside them, as this program, its server's examples and its viewer name them. */
const LABELLED =
  /(?:^|[_-])labelled(?:-\d+)?\.(?:las|ply|pcd|csv|xyz|asc|pts|qml|classes\.json|corrections\.safetensors)$/i;
/** Corrections of a scan, as the viewer saves them. */
const CORRECTIONS = /_corrections\.json$/i;
/** Larger files than this are neither lists of names nor reports. */
const SMALL_BYTES = 2 ** 20;
/** Levels of folders that are searched below the folder of a scan: `sparse/0`, `pose`, `images`. */
export const SCENE_DEPTH = 2;

/** Whether a file may be a scan that is to be labelled, by its name. */
export function isScanName(name: string): boolean {
  return SCAN.test(name) && !NO_SCAN.test(name);
}

/** Whether a file is a labelled scan that this program wrote, by its name. */
export function isLabelledName(name: string): boolean {
  return LABELLED.test(name);
}

/** Whether a file holds corrections of a scan, by its name: the scan's without its extension, and `_corrections.json`. */
export function isCorrectionsName(name: string): boolean {
  return CORRECTIONS.test(name);
}

/** Whether a file may be a photograph, by its name. */
export function isPhotographName(name: string): boolean {
  return PHOTOGRAPH.test(name);
}

/**
 * Reads camera files, and finds the photographs of a folder. Photographs are read only once they are needed: the folder
 * may hold more than the cameras name.
 *
 * @param folder folder of the photographs, searched two levels deep
 * @param camerasPath a camera file, or a folder of camera files
 * @returns what {@link readViews} takes; photographs that are missing are reported there
 * @throws {CameraError} where there are no camera files, or they are too large
 */
export async function readPhotographs(
  folder: string,
  camerasPath: string,
): Promise<{ images: PhotoFile[]; cameras: NamedFile[] }> {
  const { isDirectory } = await Deno.stat(camerasPath);
  const cameras = isDirectory
    ? await camerasOf(camerasPath, await filesBelow(camerasPath))
    : await loadCameraFiles([{ name: basename(camerasPath), open: () => chunksOf(camerasPath) }]);
  if (cameras.length === 0) {
    throw new CameraError({
      file: camerasPath,
      problem: "the folder has no files that may hold cameras (JSON, text or COLMAP's .bin)",
      mend: "give the file of the cameras, or the folder that has it",
    });
  }
  const names = await filesBelow(folder).catch((error) => {
    // Missing photographs are reported where they are matched with the cameras.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  });
  return { images: photographsOf(folder, names), cameras };
}

/** A folder with one scan, and with its photographs and their cameras if it has any. */
export interface SceneFolder {
  /** Path of the scan. */
  scan: string;
  /** Its photographs; none where there are no cameras. */
  images: PhotoFile[];
  /** Files that may be those of their cameras; none where there are no photographs. */
  cameras: NamedFile[];
  /** What a file says the labels of the scan mean; null where none does. */
  labelNames: LabelNames | null;
  /** What was left out. */
  warnings: Warning[];
}

/** What the labels of a scan mean, as a file beside it says. */
export interface LabelNames {
  /** Name of the file. */
  file: string;
  /** The names by label. */
  names: Readonly<Record<string, string>>;
}

/**
 * Finds the scan, the photographs and the cameras of a folder. What this program has written there is left out.
 *
 * @param folder searched two levels deep
 * @throws {ScanError} where it has no scan or several
 * @throws {CameraError} where the camera files are too large
 */
export async function readSceneFolder(folder: string): Promise<SceneFolder> {
  // Whoever wants corrections names their file.
  const found = (await filesBelow(folder)).filter((name) => !isCorrectionsName(name));
  const { labelNames, reports, unused } = await readCompanions(folder, found);
  const { scan, labelled } = scanOf(folder, found);
  const own = [...labelled, ...reports];
  const names = found.filter((name) =>
    !own.includes(name) && !unused.includes(name) && name !== labelNames?.file
  );
  const images = photographsOf(folder, names);
  const cameras = names.some((name) => CAMERAS.test(name)) && images.length > 0
    ? await camerasOf(folder, names)
    : [];
  const used = [SCAN, PHOTOGRAPH, ...(cameras.length > 0 ? [CAMERAS, NO_CAMERAS] : [])];
  const others = names.filter((name) => !used.some((kind) => kind.test(name)));
  const isBlind = images.length > 0 && cameras.length === 0;
  return {
    scan: join(folder, scan),
    images: isBlind ? [] : images,
    cameras,
    labelNames,
    warnings: [
      ...leftOut("Files that this program wrote were left out", own),
      ...leftOut(
        "Files that name labels were left out, since there are several of them",
        unused,
        " Keep the one that belongs to the scan.",
      ),
      ...leftOut(
        "Files that are neither scan nor photograph nor cameras were left out",
        others,
        labelFilesHint(others),
      ),
      ...(isBlind
        ? leftOut(
          "Photographs were left out, since the folder has no file of their cameras",
          images.map(({ name }) => name),
          " Add cameras.json, transforms.json or the files of COLMAP, KITTI or ScanNet.",
          "images",
        )
        : []),
    ],
  };
}

function leftOut(
  what: string,
  names: readonly string[],
  mend = "",
  field?: string,
): Warning[] {
  if (names.length === 0) return [];
  const text = `${what}: ${some(names)}.${mend}`;
  return [{ code: "left-out", text, ...(field === undefined ? {} : { field }) }];
}

/** The one scan among files, and labelled ones beside it. @throws {ScanError} where there is none, or several. */
function scanOf(folder: string, names: readonly string[]): { scan: string; labelled: string[] } {
  const scans = names.filter(isScanName);
  const unlabelled = scans.filter((name) => !isLabelledName(name));
  const [scan, second] = unlabelled.length > 0 ? unlabelled : scans;
  if (scan !== undefined && second === undefined) {
    return { scan, labelled: scans.filter((name) => name !== scan) };
  }
  throw new ScanError({
    file: folder,
    problem: scan === undefined
      ? "the folder has no scan (LAS, LAZ, PLY, PCD, E57, PTX, text, or KITTI's 000000.bin)"
      : `the folder has ${scans.length} scans: ${some(scans)}`,
    mend: scan === undefined
      ? "give the path of a scan, or of a folder with one"
      : "give the path of one, with --images and --cameras for its photographs, or a folder --out to label them all",
  });
}

/** Finds JSON files that hold no cameras: names of labels, and reports of this program. */
async function readCompanions(folder: string, names: readonly string[]): Promise<{
  labelNames: LabelNames | null;
  reports: string[];
  /** Files with names of labels, where there are several. */
  unused: string[];
}> {
  const named: LabelNames[] = [];
  const reports: string[] = [];
  for (const file of names.filter((name) => JSON_FILE.test(name))) {
    const path = join(folder, file);
    if ((await Deno.stat(path)).size > SMALL_BYTES) continue;
    const { json } = openFile({ name: file, bytes: await Deno.readFile(path) });
    const found = labelNamesOf(file, json);
    if (found) named.push({ file, names: found });
    if (isRecord(json) && "changedPoints" in json && "phases" in json) reports.push(file);
  }
  const [first, second] = named;
  return first && !second
    ? { labelNames: first, reports, unused: [] }
    : { labelNames: null, reports, unused: named.map(({ file }) => file) };
}

function photographsOf(folder: string, names: readonly string[]): PhotoFile[] {
  return names.filter(isPhotographName)
    .map((name) => ({ name, bytes: () => Deno.readFile(join(folder, name)) }));
}

async function camerasOf(folder: string, names: readonly string[]): Promise<NamedFile[]> {
  return await loadCameraFiles(
    names.filter((name) => CAMERAS.test(name) && !NO_CAMERAS.test(name))
      .map((name) => ({ name, open: () => chunksOf(join(folder, name)) })),
  );
}

/** The content of a file, chunk by chunk. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path);
  yield* file.readable;
}

/**
 * Paths of the files below a folder, sorted, with slashes; hidden ones are passed over.
 *
 * @param depth levels of folders that are searched.
 * @param onUnreadable takes the path of a folder below it that cannot be read, and why; by default the error is thrown.
 */
export async function filesBelow(
  folder: string,
  depth: number = SCENE_DEPTH,
  onUnreadable: (folder: string, error: Error) => void = (_, error) => {
    throw error;
  },
): Promise<string[]> {
  return (await below(folder, depth, [], onUnreadable)).sort();
}

/** @param above the folders that this one lies in, as the disk names them. */
async function below(
  folder: string,
  depth: number,
  above: readonly string[],
  onUnreadable: (folder: string, error: Error) => void,
): Promise<string[]> {
  const here = await Deno.realPath(folder);
  // A link to a folder that it lies in has no end.
  if (above.includes(here)) return [];
  const found: string[] = [];
  for await (const { name, isFile, isSymlink, isDirectory } of Deno.readDir(folder)) {
    if (name.startsWith(".")) continue;
    const path = join(folder, name);
    // What a link points to may be gone: then whoever reads it says so.
    const target = isSymlink ? await Deno.stat(path).catch(() => null) : null;
    if (isDirectory || target?.isDirectory) {
      if (depth === 0) continue;
      const inside = await below(path, depth - 1, [...above, here], onUnreadable)
        .catch((error: Error) => {
          onUnreadable(path, error);
          return [];
        });
      found.push(...inside.map((path) => `${name}/${path}`));
    } else if (isFile || isSymlink) {
      found.push(name);
    }
  }
  return found;
}
