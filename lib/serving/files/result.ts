/**
 * The result of an attempt as files: labels before and after adaptation, confidences, and the report. The answer in
 * the client's format is made from them on request.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { StudentCard } from "../../nn/card.ts";
import type { Scan } from "../../scan/mod.ts";
import type { ScanReport } from "../../segment/report/report.ts";
import type { SegmentResult } from "../../segment/segmenter.ts";
import type { Suggestion } from "./suggestions.ts";
import { DamagedFileError, readJson, syncFolder, writeJson, writeStream } from "./durable.ts";
import { writeUnvoted } from "./unvoted.ts";

/** A part of the result does not exist: an older server did not write it, or somebody has removed it. */
export class MissingResultError extends Error {
  override name = "MissingResultError";
}

/** The parts of a {@link SegmentResult} that are kept. */
export type JobResult =
  & Pick<
    SegmentResult,
    "labels" | "confidence" | "sourceLabels" | "student" | "report"
  >
  & Pick<SegmentResult, "probabilities" | "instances">
  & Pick<Scan, "leftOut">;

/** What is written of a result. */
export type WrittenResult =
  & JobResult
  & Pick<SegmentResult, "unvoted">
  & { readonly suggested: readonly Suggestion[] };

/** [points][classes]; only where they were asked for. */
const PROBABILITIES = "probabilities.f32";
/** [points]; only where they were asked for. */
const INSTANCES = "instances.u32";
/** Points to be corrected first. */
const SUGGESTIONS = "suggestions.json";
/** Rows of the scan's file that are no points; only where there are any. */
const LEFT_OUT = "left-out.json";

/** Writes the result of an attempt. Once this resolves, it is on the disk. */
export async function writeResult(
  jobFolder: string,
  attempt: number,
  { labels, confidence, probabilities, instances, sourceLabels, student, report, ...others }:
    WrittenResult,
): Promise<void> {
  const { leftOut, suggested, unvoted } = others;
  const folder = resultFolder(jobFolder, attempt);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeStream(join(folder, "labels.u8"), [labels]);
  await writeStream(join(folder, "source.u8"), [sourceLabels]);
  await writeStream(join(folder, "confidence.f32"), [bytesOf(confidence)]);
  if (probabilities) await writeStream(join(folder, PROBABILITIES), [bytesOf(probabilities)]);
  if (instances) await writeStream(join(folder, INSTANCES), [bytesOf(instances)]);
  if (leftOut) await writeJson(join(folder, LEFT_OUT), leftOut);
  if (unvoted) await writeUnvoted(folder, unvoted);
  await writeJson(join(folder, SUGGESTIONS), suggested);
  await writeJson(join(folder, "report.json"), report);
  await writeJson(join(folder, "student.json"), student);
  await syncFolder(folder);
  await syncFolder(jobFolder);
}

/**
 * Reads only the report of a result.
 *
 * @throws {MissingResultError} where it does not exist.
 * @throws {DamagedFileError} where a file of it is not as it was written.
 */
export async function readReport(jobFolder: string, attempt: number): Promise<ScanReport> {
  const report = await part(jobFolder, attempt, "report.json", async (path) => {
    const read = await readJson<ScanReport>(path);
    if (typeof read.scan?.points !== "number") throw new DamagedFileError(path);
    return read;
  });
  // Servers before 2.1.0 gave no warnings, and took all scans to be in metres with z up.
  return {
    ...report,
    scan: { ...report.scan, unit: report.scan.unit ?? "metre", up: report.scan.up ?? "z" },
    warnings: report.warnings ?? [],
  };
}

/**
 * Reads the card of the student that labelled: it says what the labels mean, whichever students run by now.
 *
 * @throws {MissingResultError} where it does not exist.
 * @throws {DamagedFileError} where it is not as it was written.
 */
export async function readLabellingStudent(
  jobFolder: string,
  attempt: number,
): Promise<StudentCard> {
  return await part(jobFolder, attempt, "student.json", readJson<StudentCard>);
}

/**
 * Reads the result that {@link writeResult} wrote, without what few answers need: the labels of the source model, and
 * the student's card.
 *
 * @throws {MissingResultError} where it does not exist.
 * @throws {DamagedFileError} where a file of it is not as it was written.
 */
export async function readResult(
  jobFolder: string,
  attempt: number,
): Promise<Omit<JobResult, "sourceLabels" | "student" | "instances">> {
  const report = await readReport(jobFolder, attempt);
  const { points } = report.scan;
  const [labels, confidence, leftOut] = await Promise.all([
    readPart(jobFolder, attempt, "labels.u8", points),
    readPart(jobFolder, attempt, "confidence.f32", 4 * points),
    part(jobFolder, attempt, LEFT_OUT, readJson<NonNullable<Scan["leftOut"]>>).catch(noneLeftOut),
  ]);
  return {
    labels,
    // In the byte order of the machine that wrote them, which is little-endian wherever Deno runs.
    confidence: new Float32Array(confidence.buffer),
    report,
    ...(leftOut ? { leftOut } : {}),
  };
}

function noneLeftOut(error: unknown): null {
  if (error instanceof MissingResultError) return null;
  throw error;
}

/**
 * Reads the probabilities of all classes.
 *
 * @returns f32 [points][classes]
 * @throws {MissingResultError} where they were not asked for
 */
export async function readProbabilities(
  jobFolder: string,
  attempt: number,
  { points, classes }: { points: number; classes: number },
): Promise<Float32Array> {
  const bytes = 4 * points * classes;
  return new Float32Array((await readPart(jobFolder, attempt, PROBABILITIES, bytes)).buffer);
}

/**
 * Reads which object each point belongs to.
 *
 * @throws {MissingResultError} where it was not asked for
 */
export async function readInstances(jobFolder: string, attempt: number): Promise<Uint32Array> {
  const { scan: { points } } = await readReport(jobFolder, attempt);
  return new Uint32Array((await readPart(jobFolder, attempt, INSTANCES, 4 * points)).buffer);
}

/** Reads the points that are to be corrected first. @throws {MissingResultError} where they do not exist. */
export async function readSuggestions(jobFolder: string, attempt: number): Promise<Suggestion[]> {
  return await part(jobFolder, attempt, SUGGESTIONS, readJson<Suggestion[]>);
}

/** Reads the labels before adaptation. @throws {MissingResultError} where they do not exist. */
export async function readSourceLabels(jobFolder: string, attempt: number): Promise<Uint8Array> {
  const { scan: { points } } = await readReport(jobFolder, attempt);
  return await readPart(jobFolder, attempt, "source.u8", points);
}

/** Reads a file of a result into a buffer of its own, because floats must start at a multiple of four bytes. */
async function readPart(
  jobFolder: string,
  attempt: number,
  name: string,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  return await part(jobFolder, attempt, name, async (path) => {
    const read = new Uint8Array(await readFile(path));
    if (read.byteLength !== bytes) throw new DamagedFileError(path);
    return read;
  });
}

/** Reads a file of a result. @throws {MissingResultError} where it does not exist. */
async function part<T>(
  jobFolder: string,
  attempt: number,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(join(resultFolder(jobFolder, attempt), name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new MissingResultError(
      `Cannot read the result: it has no ${name}${
        name === "student.json"
          ? ", which says what its labels mean: a server before 2.1.0 made it. Ask for application/x-npy, which needs no names, or hand the scan in again"
          : name === PROBABILITIES || name === INSTANCES
          ? `: they are kept with the option ${
            name.slice(0, name.indexOf("."))
          }. Hand the scan in again with it`
          : "; it was removed, or an older server made it. Hand the scan in again"
      }`,
    );
  }
}

/** The folder of the result of an attempt. */
export function resultFolder(jobFolder: string, attempt: number): string {
  return join(jobFolder, `result-${attempt}`);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
