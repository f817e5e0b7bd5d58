/**
 * What a client sent, as files of a folder, and how it becomes what the engine takes. Requests that wait for
 * their answer and jobs both come this way.
 *
 * Names that clients give are written down and never become names of files.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readScan, type Scan } from "../scan/mod.ts";
import { readViews, type Views } from "../scan/views.ts";
import { methodOf, OptionError, segmentOptions } from "../ttt/options.ts";
import type { SegmentOptions } from "../ttt/types.ts";
import { syncFolder, writeStream } from "./durable.ts";

/** A client's file. */
export interface InputFile {
  /** The client's name for it. */
  name: string;
  /** Its name in the folder. */
  file: string;
}

/** The parts of a segmentation request. */
export interface Input {
  scan: InputFile;
  images: InputFile[];
  /** Several where a format has several: COLMAP, ScanNet. */
  cameras: InputFile[];
  /** As they were sent, not checked. */
  options: Record<string, unknown>;
}

/** Options as they were checked. */
export interface InputOptions {
  segment: SegmentOptions;
  /** Whether a LAS answer carries the labels in dimensions of their own, too. */
  extraBytes: boolean;
}

const MANIFEST = "input.json";

/** Writes down what the files of a folder are; once this returns, all of them are on the disk. */
export async function writeInput(folder: string, input: Input): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(input));
  await writeStream(join(folder, MANIFEST), [bytes]);
  await syncFolder(folder);
}

/** What {@link writeInput} wrote. */
export async function readInput(folder: string): Promise<Input> {
  return JSON.parse(await readFile(join(folder, MANIFEST), "utf8"));
}

/**
 * Checks the options, and that the parts go together.
 *
 * @throws {OptionError} naming the field.
 */
export function inputOptions({ images, cameras, options }: Input): InputOptions {
  const { extraBytes, ...settings } = options;
  if (images.length > 0 && cameras.length === 0) {
    throw new OptionError(
      "Cannot use images without cameras: send cameras.json as the part cameras",
      "cameras",
    );
  }
  const segment = segmentOptions(settings, images.length > 0);
  if (methodOf(segment.method).online) {
    throw new OptionError(
      `Cannot use ${segment.method} here: it learns from scan to scan, and requests share nothing; use ttt-kd`,
      "method",
    );
  }
  return { segment, extraBytes: flag(extraBytes, "extraBytes") };
}

/** The scan. @throws {ScanError} where it cannot be read. */
export async function openScan(folder: string, { scan }: Input): Promise<Scan> {
  return await readScan(await bytesOf(folder, scan), scan.name);
}

/**
 * The photographs with their cameras.
 *
 * @throws {InputError} where one cannot be read, or they do not fit each other.
 */
export async function openViews(folder: string, { images, cameras }: Input): Promise<Views> {
  if (cameras.length === 0) return { photos: [], cameras: [] };
  const files = [];
  for (const image of images) {
    files.push({ name: image.name, bytes: await bytesOf(folder, image) });
  }
  const cameraFiles = [];
  for (const { name, file } of cameras) {
    cameraFiles.push({ name, text: await readFile(join(folder, file), "utf8") });
  }
  return await readViews(files, cameraFiles);
}

async function bytesOf(folder: string, { file }: InputFile): Promise<Uint8Array> {
  const bytes = await readFile(join(folder, file));
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function flag(value: unknown, field: string): boolean {
  if (value === undefined || value === false || value === "false") return false;
  if (value === true || value === "true") return true;
  throw new OptionError(
    `Cannot set ${field} to ${JSON.stringify(value)}: it is true or false`,
    field,
  );
}
