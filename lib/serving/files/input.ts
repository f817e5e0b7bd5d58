/**
 * What a client sent, as files in a folder, and how the engine's input is read from them. Requests whose clients wait
 * for an answer and jobs both come this way.
 *
 * Names that clients give are recorded and never become names of files.
 *
 * @module
 */
import { createReadStream } from "node:fs";
import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  loadCameraFiles,
  PhotoError,
  photoHeader,
  readScan,
  readViews,
  type Scan,
  SCAN_START_BYTES,
  scanFormat,
  type ScanMemory,
  scanMemory,
  type ScanViews,
  type ViewShare,
  viewShare,
  type Warning,
} from "../../scan/mod.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import { flagSetting } from "../../ttt/settings.ts";
import { checked, methodOf, segmentOptions } from "../../segment/options.ts";
import { OptionError } from "../../ttt/option_error.ts";
import { requireAnswerable } from "../../segment/labels/label_map.ts";
import type { SegmentOptions } from "../../segment/segmenter.ts";
import { readJson, syncFolder, writeJson } from "./durable.ts";
import type { MemoryAccount } from "./memory.ts";

/** A client's file. */
export interface InputFile {
  /** The client's name for it. */
  name: string;
  /** Its name in the folder. */
  file: string;
}

/** The sequence of scans that a scan belongs to. */
export interface ScanSequence {
  /** The folder with the state that the scans before have left; null where there were none. */
  learned: string | null;
  /** The name of the state after this scan, for the card of its weights. */
  title: string;
}

/** The parts of a segmentation request. */
export interface Input {
  scan: InputFile;
  images: InputFile[];
  /** One file, or several where a format has several: COLMAP, ScanNet. */
  cameras: InputFile[];
  /** The options as the client sent them, unchecked. */
  options: Record<string, unknown>;
  /** The sequence, where the scan belongs to one. */
  sequence?: ScanSequence;
  /** What was left out on the way in. */
  warnings?: Warning[];
}

/** Checked options. */
export interface InputOptions {
  segment: SegmentOptions;
  /** Whether a LAS answer also carries labels and confidences as extra dimensions. */
  extraBytes: boolean;
  /** Whether the answer keeps the labels that the scan came with. */
  keepLabels: boolean;
  /** Whether the answer has the labels of the label map. */
  mapLabels: boolean;
  /** Whether the probabilities of all classes are kept, so that they can be fetched. */
  probabilities: boolean;
  /** Whether answers in a format with fields have them, too. */
  probabilityFields: boolean;
  /** Whether the answer says which object each point belongs to. */
  instances: boolean;
}

/** The options that affect nothing but the answer. */
export const ANSWER_SETTINGS = {
  extraBytes: flagSetting(false).describe(
    "whether a LAS answer also carries label and confidence as extra dimensions",
  ),
  keepLabels: flagSetting(true).describe(
    "whether the answer keeps labels that the scan came with: as label_original in PLY, as the extra dimension classification_original in LAS",
  ),
  mapLabels: flagSetting(false).describe(
    "whether the answer has the labels of labelMap, 0 to 254, in place of the student's classes; in LAS they are the classification, too. Points of classes without a label get 255, in LAS 0",
  ),
  probabilities: flagSetting(false).describe(
    "whether the probabilities of all classes are kept, to be fetched as application/x-npy;array=probabilities; they take 4 bytes for each point and class",
  ),
  probabilityFields: flagSetting(false).describe(
    "whether PLY, LAS, PCD and text also have the probabilities of all classes, as float fields such as probability_chair",
  ),
  instances: flagSetting(false).describe(
    "whether the answer says which object each point belongs to, for classes that have objects: as instance, from 1; 0 for none",
  ),
} as const;

const MANIFEST = "input.json";

/** Records what the files of a folder are. Once this resolves, all of them are on the disk. */
export async function writeInput(folder: string, input: Input): Promise<void> {
  await writeJson(join(folder, MANIFEST), input);
  await syncFolder(folder);
}

/** The folder of a job does not exist on this machine. */
export class MissingFilesError extends Error {
  override name = "MissingFilesError";
}

/**
 * Reads what {@link writeInput} wrote.
 *
 * @throws {MissingFilesError} where it does not exist.
 * @throws {DamagedFileError} where it is damaged.
 */
export async function readInput(folder: string): Promise<Input> {
  try {
    return await readJson(join(folder, MANIFEST));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new MissingFilesError(
      `Cannot read the scan of a job: there is no ${folder}; with --queue, --data has to be a folder that all machines share`,
    );
  }
}

/**
 * Checks the options, and that the parts fit together.
 *
 * @throws {OptionError} naming the field.
 */
export function inputOptions({ images, cameras, options, sequence }: Input): InputOptions {
  const { extraBytes, keepLabels, mapLabels: wanted, instances, ...others } = options;
  const { probabilities, probabilityFields: fields, ...settings } = others;
  if (images.length > 0 && cameras.length === 0) {
    throw new OptionError(
      "Cannot use images without cameras: send their cameras as the part cameras (cameras.json, transforms.json, or the files of COLMAP, KITTI or ScanNet), or leave the images out",
      "cameras",
    );
  }
  const segment = segmentOptions(settings, images.length > 0);
  if (methodOf(segment.method).online && sequence === undefined) {
    throw new OptionError(
      `Cannot use ${segment.method} here: it adapts from scan to scan, and requests share nothing; use ttt-kd, or begin a session`,
      "method",
    );
  }
  const mapLabels = checked(ANSWER_SETTINGS.mapLabels, "mapLabels", wanted);
  const probabilityFields = checked(
    ANSWER_SETTINGS.probabilityFields,
    "probabilityFields",
    fields,
  );
  if (mapLabels) requireAnswerable(segment.labelMap);
  return {
    segment,
    mapLabels,
    extraBytes: checked(ANSWER_SETTINGS.extraBytes, "extraBytes", extraBytes),
    keepLabels: checked(ANSWER_SETTINGS.keepLabels, "keepLabels", keepLabels),
    probabilities: checked(ANSWER_SETTINGS.probabilities, "probabilities", probabilities) ||
      probabilityFields,
    probabilityFields,
    instances: checked(ANSWER_SETTINGS.instances, "instances", instances),
  };
}

/** Reads the format of the scan from its first bytes. @throws {ScanError} where the format is unknown. */
export async function openFormat(folder: string, { scan }: Input): Promise<Scan["format"]> {
  const { start } = await startOf(folder, scan, SCAN_START_BYTES);
  return scanFormat(start, scan.name);
}

/**
 * Reads the beginning of a client's file.
 *
 * @param most bytes of it.
 * @returns it, and the size of the file.
 */
export async function startOf(
  folder: string,
  { file }: InputFile,
  most: number,
): Promise<{ start: Uint8Array; fileBytes: number }> {
  const opened = await open(join(folder, file));
  try {
    const fileBytes = (await opened.stat()).size;
    const bytes = Math.min(most, fileBytes);
    const { buffer, bytesRead } = await opened.read(new Uint8Array(bytes), 0, bytes, 0);
    return { start: buffer.subarray(0, bytesRead), fileBytes };
  } finally {
    await opened.close();
  }
}

/**
 * Reads the scan.
 *
 * @param account from which the bytes of the file are taken.
 * @param admit takes what else is needed, once the header is known and before anything is decoded.
 * @throws {ScanError} where it cannot be read.
 * @throws {MemoryError} where it would take too much memory.
 */
export async function openScan(
  folder: string,
  { scan }: Input,
  account: MemoryAccount,
  admit: (memory: ScanMemory) => void,
): Promise<Scan> {
  const bytes = await bytesOf(folder, scan, account);
  admit(scanMemory(bytes, scan.name));
  return await readScan(bytes, scan.name);
}

/**
 * Reads the photographs with their cameras.
 *
 * @param account from which everything is taken before it is decoded.
 * @param teachers those of which one describes the photographs; none where nothing does.
 * @throws {InputError} where one cannot be read, or where photographs and cameras do not fit each other.
 * @throws {MemoryError} where they would take too much memory.
 */
export async function openViews(
  folder: string,
  { scan, images, cameras, warnings = [] }: Input,
  account: MemoryAccount,
  teachers: readonly TeacherCard[],
): Promise<ScanViews> {
  if (cameras.length === 0) return { photos: [], cameras: [], warnings };
  const sources = cameras.map(({ name, file }) => ({
    name,
    open: () => createReadStream(join(folder, file)) as AsyncIterable<Uint8Array>,
  }));
  const cameraFiles = await loadCameraFiles(sources);
  account.takeCameras(cameraFiles);
  const share = viewShare(images, cameraFiles, scan.name);
  for (const image of images) await takePhotograph(folder, image, account, teachers, { share });
  // Each is read once more when it is needed, so that one is held at a time.
  const files = images.map(({ name, file }) => ({ name, bytes: () => contentOf(folder, file) }));
  const views = await readViews(files, cameraFiles, scan.name);
  return { ...views, warnings: [...warnings, ...views.warnings] };
}

/**
 * Takes what decoding a photograph needs, by its header.
 *
 * @param account from which it is taken.
 * @param teachers those of which one describes the photograph; none where nothing does.
 * @param options `most` bytes of its beginning are read to find its size; it is passed over where they do not hold it.
 *   `share` says how much more its views are, where cameras tell.
 * @throws {MemoryError} where it would take too much memory.
 */
export async function takePhotograph(
  folder: string,
  image: InputFile,
  account: MemoryAccount,
  teachers: readonly TeacherCard[],
  { most = Infinity, share }: { most?: number; share?: ViewShare } = {},
): Promise<void> {
  const { name } = image;
  const { start, fileBytes } = await startOf(folder, image, most);
  try {
    const header = photoHeader(start, name, undefined, fileBytes);
    account.takePhotograph({ ...header, fileBytes }, name, teachers, share);
  } catch (error) {
    // It may have no camera, and then it is left out; if it has one, decoding it fails in the same way.
    if (!(error instanceof PhotoError)) throw error;
  }
}

async function bytesOf(
  folder: string,
  { name, file }: InputFile,
  account: MemoryAccount,
): Promise<Uint8Array> {
  account.take((await stat(join(folder, file))).size, name, "to hold the file");
  return await contentOf(folder, file);
}

async function contentOf(folder: string, file: string): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, file));
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
