/**
 * The result of a job as files: labels, before and after adaptation, confidences and report. The answer in the
 * client's format is made from them when it is asked for.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ScanReport } from "../../segment/report.ts";
import type { SegmentResult } from "../../segment/types.ts";
import { syncFolder, writeStream } from "./durable.ts";

/** What an answer asks for is not in the result: an older server made it, or somebody removed it. */
export class MissingResultError extends Error {
  override name = "MissingResultError";
}

/** What is kept of a {@link SegmentResult}. */
export type JobResult = Pick<
  SegmentResult,
  "labels" | "confidence" | "sourceLabels" | "report"
>;

/** Writes the result of a job's attempt; once this returns, it is on the disk. */
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
 * The report alone of a result.
 *
 * @throws {MissingResultError} where it is not there.
 */
export async function readReport(jobFolder: string, attempt: number): Promise<ScanReport> {
  return JSON.parse(
    new TextDecoder().decode(await readPart(jobFolder, attempt, "report.json")),
  ) as ScanReport;
}

/**
 * The result that {@link writeResult} wrote, less the labels of the source model, for which few ask.
 *
 * @throws {MissingResultError} where it is not there.
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
    // Written and read by one machine.
    confidence: new Float32Array(confidence.buffer),
    report,
  };
}

/** Its labels before adaptation. @throws {MissingResultError} where they are not there. */
export async function readSourceLabels(jobFolder: string, attempt: number): Promise<Uint8Array> {
  return await readPart(jobFolder, attempt, "source.u8");
}

/** A file of a result, in a buffer of its own: floats have to lie at a multiple of four bytes. */
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
      `Cannot read the result: it has no ${name}, as results of older servers may; hand the scan in again`,
    );
  }
}

function folderOf(jobFolder: string, attempt: number): string {
  return join(jobFolder, `result-${attempt}`);
}
