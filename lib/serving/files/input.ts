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
  photoHeader,
  readScan,
  readViews,
  type Scan,
  scanFormat,
  type ScanMemory,
  scanMemory,
  type ScanViews,
} from "../../scan/mod.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import { flagSetting } from "../../ttt/settings.ts";
import { checked, methodOf, segmentOptions } from "../../segment/options.ts";
import { OptionError } from "../../ttt/option_error.ts";
import type { SegmentOptions } from "../../segment/segmenter.ts";
import { syncFolder, writeStream } from "./durable.ts";
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
}

/** Checked options. */
export interface InputOptions {
  segment: SegmentOptions;
  /** Whether a LAS answer also carries labels and confidences as extra dimensions. */
  extraBytes: boolean;
}

/** The only option that affects nothing but the answer. */
export const EXTRA_BYTES = flagSetting(false).describe(
  "whether a LAS answer also carries label and confidence as extra dimensions",
);

const MANIFEST = "input.json";

/** Records what the files of a folder are. Once this resolves, all of them are on the disk. */
export async function writeInput(folder: string, input: Input): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  await writeStream(join(folder, MANIFEST), [bytes]);
  await syncFolder(folder);
}

/** The folder of a job does not exist on this machine. */
export class MissingFilesError extends Error {
  override name = "MissingFilesError";
}

/** Reads what {@link writeInput} wrote. @throws {MissingFilesError} where it does not exist. */
export async function readInput(folder: string): Promise<Input> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
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
  const { extraBytes, ...settings } = options;
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
  return { segment, extraBytes: checked(EXTRA_BYTES, "extraBytes", extraBytes) };
}

/** Reads the format of the scan from its first bytes. @throws {ScanError} where the format is unknown. */
export async function openFormat(folder: string, { scan }: Input): Promise<Scan["format"]> {
  const file = await open(join(folder, scan.file));
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
    return scanFormat(buffer.subarray(0, bytesRead), scan.name);
  } finally {
    await file.close();
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
 * @param teacher describes the photographs; null where nothing does.
 * @throws {InputError} where one cannot be read, or where photographs and cameras do not fit each other.
 * @throws {MemoryError} where they would take too much memory.
 */
export async function openViews(
  folder: string,
  { scan, images, cameras }: Input,
  account: MemoryAccount,
  teacher: TeacherCard | null,
): Promise<ScanViews> {
  if (cameras.length === 0) return { photos: [], cameras: [], warnings: [] };
  const files = [];
  for (const image of images) {
    files.push({ name: image.name, bytes: await bytesOf(folder, image, account) });
  }
  const sources = cameras.map(({ name, file }) => ({
    name,
    open: () => createReadStream(join(folder, file)) as AsyncIterable<Uint8Array>,
  }));
  const cameraFiles = await loadCameraFiles(sources);
  account.takeCameras(cameraFiles);
  account.takePhotographs(
    files.map(({ name, bytes }) => ({ name, ...photoHeader(bytes, name) })),
    teacher,
  );
  return await readViews(files, cameraFiles, scan.name);
}

async function bytesOf(
  folder: string,
  { name, file }: InputFile,
  account: MemoryAccount,
): Promise<Uint8Array> {
  const path = join(folder, file);
  account.take((await stat(path)).size, name, "to hold the file");
  const bytes = await readFile(path);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
