/**
 * The result of an attempt as files: labels before and after adaptation, confidences, and the report. The answer in
 * the client's format is made from them on request.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ScanReport } from "../../segment/report.ts";
import type { SegmentResult } from "../../segment/segmenter.ts";
import { syncFolder, writeStream } from "./durable.ts";

/** A part of the result does not exist: an older server did not write it, or somebody has removed it. */
export class MissingResultError extends Error {
  override name = "MissingResultError";
}

/** The parts of a {@link SegmentResult} that are kept. */
export type JobResult = Pick<
  SegmentResult,
  "labels" | "confidence" | "sourceLabels" | "report"
>;

/** Writes the result of an attempt. Once this resolves, it is on the disk. */
export async function writeResult(
  jobFolder: string,
  attempt: number,
  { labels, confidence, sourceLabels, report }: JobResult,
): Promise<void> {
  const folder = folderOf(jobFolder, attempt);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  await writeStream(join(folder, "labels.u8"), [labels]);
  await writeStream(join(folder, "source.u8"), [sourceLabels]);
  const { buffer, byteOffset, byteLength } = confidence;
  await writeStream(join(folder, "confidence.f32"), [
    new Uint8Array(buffer, byteOffset, byteLength),
  ]);
  const text = JSON.stringify(report);
  await writeStream(join(folder, "report.json"), [new TextEncoder().encode(text)]);
  await syncFolder(folder);
  await syncFolder(jobFolder);
}

/**
 * Reads only the report of a result.
 *
 * @throws {MissingResultError} where it does not exist.
 */
export async function readReport(jobFolder: string, attempt: number): Promise<ScanReport> {
  const text = new TextDecoder().decode(await readPart(jobFolder, attempt, "report.json"));
  // Servers before 2.1.0 gave no warnings, and took all scans to be in metres with z up.
  const report = { warnings: [], ...JSON.parse(text) };
  return { ...report, scan: { unit: "metre", up: "z", ...report.scan } };
}

/**
 * Reads the result that {@link writeResult} wrote, without the labels of the source model, which few answers need.
 *
 * @throws {MissingResultError} where it does not exist.
 */
export async function readResult(
  jobFolder: string,
  attempt: number,
): Promise<Omit<JobResult, "sourceLabels">> {
  const read = (name: string) => readPart(jobFolder, attempt, name);
  const [labels, confidence, report] = await Promise.all([
    read("labels.u8"),
    read("confidence.f32"),
    readReport(jobFolder, attempt),
  ]);
  return {
    labels,
    // In the byte order of the machine that wrote them, which is little-endian wherever Deno runs.
    confidence: new Float32Array(confidence.buffer),
    report,
  };
}

/** Reads the labels before adaptation. @throws {MissingResultError} where they do not exist. */
export async function readSourceLabels(jobFolder: string, attempt: number): Promise<Uint8Array> {
  return await readPart(jobFolder, attempt, "source.u8");
}

/** Reads a file of a result into a buffer of its own, because floats must start at a multiple of four bytes. */
async function readPart(
  jobFolder: string,
  attempt: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(join(folderOf(jobFolder, attempt), name)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new MissingResultError(
      `Cannot read the result: it has no ${name}, perhaps because an older server made it; hand the scan in again`,
    );
  }
}

function folderOf(jobFolder: string, attempt: number): string {
  return join(jobFolder, `result-${attempt}`);
}
