/**
 * The result of a job as files: labels, before and after adaptation, confidences and report. The answer in the
 * client's format is made from them when it is asked for.
 *
 * @module
 */
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Report, SegmentResult } from "../ttt/types.ts";
import { syncFolder, writeStream } from "./durable.ts";

/** What is kept of a {@link SegmentResult}. */
export type JobResult = Pick<
  SegmentResult,
  "labels" | "confidence" | "sourceLabels" | "report"
>;

/** Writes the result of a job's turn; once this returns, it is on the disk. */
export async function writeResult(
  jobFolder: string,
  turn: number,
  { labels, confidence, sourceLabels, report }: JobResult,
): Promise<void> {
  const folder = folderOf(jobFolder, turn);
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

/** The report alone of a result. */
export async function readReport(jobFolder: string, turn: number): Promise<Report> {
  return JSON.parse(await readFile(join(folderOf(jobFolder, turn), "report.json"), "utf8"));
}

/** The result that {@link writeResult} wrote. */
export async function readResult(jobFolder: string, turn: number): Promise<JobResult> {
  const folder = folderOf(jobFolder, turn);
  const [labels, source, confidence, report] = await Promise.all([
    readFile(join(folder, "labels.u8")),
    readFile(join(folder, "source.u8")),
    readFile(join(folder, "confidence.f32")),
    readReport(jobFolder, turn),
  ]);
  return {
    labels: new Uint8Array(labels),
    sourceLabels: new Uint8Array(source),
    // A copy, because floats have to lie at a multiple of four bytes. Written and read by one machine.
    confidence: new Float32Array(new Uint8Array(confidence).buffer),
    report,
  };
}

function folderOf(jobFolder: string, turn: number): string {
  return join(jobFolder, `result-${turn}`);
}
