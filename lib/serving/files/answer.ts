/**
 * The labels of a folder's scan in the form that a client asks for: its own file, the other format, JSON, an array,
 * or a cloud for display.
 *
 * The answer is made on the disk. It may be as large as the scan, and a route streams it without holding it.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import {
  blameMemory,
  convertScan,
  type LabelClasses,
  labellingOfRows,
  type Scan,
  type ScanMemory,
  spreadOverRows,
  writeScan,
} from "../../scan/mod.ts";
import { instanceColumn } from "../../segment/instances/instance_column.ts";
import { answerInLabels } from "../../segment/labels/label_map.ts";
import { probabilityColumns } from "../../segment/labels/probability_columns.ts";
import type { ScanReport } from "../../segment/report/report.ts";
import { encodeCloud } from "./cloud.ts";
import { onDisk } from "./disk.ts";
import { writeStream } from "./durable.ts";
import { inputOptions, openScan, readInput } from "./input.ts";
import { MemoryAccount } from "./memory.ts";
import { encodeNpy } from "./npy.ts";
import {
  type JobResult,
  readInstances,
  readLabellingStudent,
  readProbabilities,
  readResult,
  readSourceLabels,
} from "./result.ts";

/** The form of an answer: a scan of a format, JSON, one array as `.npy`, or a cloud for display. */
export type AnswerKind =
  | Scan["format"]
  | "json"
  | "labels"
  | "confidence"
  | "probabilities"
  | "instances"
  | CloudKind;

/** A cloud for display; see `cloud.ts`. */
export interface CloudKind {
  /** The most points that it may have. */
  points: number;
}

/** An answer on the disk. */
export interface AnswerFile {
  /** Its path; the caller removes the file. */
  path: string;
  bytes: number;
  /** SHA-256 of its bytes, in hexadecimal digits. */
  digest: string;
  /** How the client's file became one of the format of the answer; null where it had that format, or is not asked for. */
  converted: Scan["converted"] | null;
  report: ScanReport;
}

/** What every answer but a cloud is made of. */
type AdaptedResult = Omit<JobResult, "sourceLabels" | "student" | "instances">;

/** Bytes that a point takes while objects are read and spread over the rows of the file. */
const INSTANCE_BYTES = 3 * 4;
/** The number of values that become text at once, so that the text of a large scan takes little memory. */
const VALUES_AT_ONCE = 2 ** 16;

/**
 * Makes an answer from the result of an attempt, in a new file of the folder.
 *
 * @param memory bytes that making it may take.
 * @throws {MissingResultError} where the attempt left no result.
 * @throws {MemoryError} where it would take more memory.
 * @throws {MissingFilesError} where the folder does not exist here.
 * @throws {DamagedFileError} where a file of the result is damaged.
 * @throws {DiskError} where the disk has no room for the answer.
 */
export async function writeAnswer(
  folder: string,
  attempt: number,
  kind: AnswerKind,
  memory = Infinity,
): Promise<AnswerFile> {
  const account = new MemoryAccount(memory);
  const result = await readResult(folder, attempt);
  const path = join(folder, `answer-${crypto.randomUUID()}`);
  try {
    const { chunks, converted = null } = await contents(folder, attempt, kind, result, account);
    const hash = createHash("sha256");
    const bytes = await onDisk(() => writeStream(path, hashed(chunks, hash)));
    return { path, bytes, digest: hash.digest("hex"), converted, report: result.report };
  } catch (error) {
    throw blameMemory(error, "the result", "answer with");
  }
}

/**
 * Reads what the labels of an answer mean.
 *
 * @throws {MissingResultError} where the attempt left no result.
 */
export async function readAnswerClasses(
  folder: string,
  attempt: number,
): Promise<LabelClasses & { readonly id: string }> {
  const student = await readLabellingStudent(folder, attempt);
  const { mapLabels, segment } = inputOptions(await readInput(folder));
  const { labelMap, labelNames } = segment;
  return mapLabels
    ? answerInLabels(new Uint8Array(), labelMap!, student, labelNames).student
    : student;
}

async function contents(
  folder: string,
  attempt: number,
  kind: AnswerKind,
  result: AdaptedResult,
  account: MemoryAccount,
): Promise<{ chunks: Iterable<Uint8Array>; converted?: Scan["converted"] }> {
  if (kind === "confidence") {
    return { chunks: [encodeNpy(labellingOfRows(result, result.leftOut ?? []).confidence)] };
  }
  if (kind === "probabilities") {
    return { chunks: await probabilityChunks(folder, attempt, result, account) };
  }
  const { leftOut = [] } = result;
  if (kind === "instances") {
    return {
      chunks: [encodeNpy(spreadOverRows(await readInstances(folder, attempt), leftOut, 0))],
    };
  }
  const input = await readInput(folder);
  const options = inputOptions(input);
  const { extraBytes, keepLabels, mapLabels, segment } = options;
  const cardOf = () => readLabellingStudent(folder, attempt);
  const answered = mapLabels && typeof kind !== "object"
    ? answerInLabels(result.labels, segment.labelMap!, await cardOf(), segment.labelNames)
    : null;
  const { labels, confidence } = { ...result, ...answered };
  const rows = labellingOfRows({ labels, confidence }, leftOut);
  if (kind === "labels") return { chunks: [encodeNpy(rows.labels)] };
  if (options.instances) {
    account.take(INSTANCE_BYTES * labels.length, input.scan.name, "to name objects");
  }
  const instances = options.instances ? await readInstances(folder, attempt) : null;
  if (kind === "json") {
    const objects = instances ? { instances: spreadOverRows(instances, leftOut, 0) } : {};
    return {
      chunks: jsonChunks(answered?.student ?? await cardOf(), { ...result, ...rows, ...objects }),
    };
  }
  const admit = (needed: ScanMemory) => account.takeAnswer(needed, input.scan.name);
  const scan = await openScan(folder, input, account, admit);
  if (typeof kind === "object") {
    const sourceLabels = await readSourceLabels(folder, attempt);
    const cloud = encodeCloud(
      scan,
      {
        ...{ ...result, sourceLabels, student: await cardOf() },
        ...(instances ? { instances } : {}),
      },
      kind.points,
    );
    return { chunks: [cloud] };
  }
  const bytes = writeScan(convertScan(scan, kind), {
    labels,
    confidence,
    student: answered?.student ?? await cardOf(),
    extraBytes,
    keepLabels,
    columns: [
      ...(instances ? [instanceColumn(instances)] : []),
      ...(options.probabilityFields
        ? probabilityColumns(
          await probabilitiesOf(folder, attempt, result, account),
          (await cardOf()).classes,
        )
        : []),
    ],
  });
  const { converted } = scan;
  return { chunks: [bytes], ...(converted && kind === scan.format ? { converted } : {}) };
}

/** The probabilities of all classes as an array of NumPy, [rows][classes]; rows that are no points have zeros. */
async function probabilityChunks(
  folder: string,
  attempt: number,
  result: AdaptedResult,
  account: MemoryAccount,
): Promise<Uint8Array[]> {
  const read = await probabilitiesOf(folder, attempt, result, account);
  const { labels, leftOut = [] } = result;
  const classes = read.length / labels.length;
  const spread = spreadOverRows(read, leftOut, 0, classes);
  return [encodeNpy(spread, [labels.length + leftOut.length, classes])];
}

/** The probabilities of all classes, [points][classes]. */
async function probabilitiesOf(
  folder: string,
  attempt: number,
  { labels, leftOut = [], report }: AdaptedResult,
  account: MemoryAccount,
): Promise<Float32Array> {
  const { classes: { length: classes } } = await readLabellingStudent(folder, attempt);
  const rows = labels.length + leftOut.length;
  account.take(3 * 4 * rows * classes, report.scan.name, "to answer with probabilities");
  return await readProbabilities(folder, attempt, { points: labels.length, classes });
}

function* hashed(chunks: Iterable<Uint8Array>, hash: Hash): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/**
 * `{"classes", "labels", "confidence", "report"}`, confidences to four decimals; `classLabels` too where the label of a
 * class is not its place, and `instances` where objects were asked for.
 */
function* jsonChunks(
  { classes, labels: classLabels }: LabelClasses,
  { labels, confidence, instances, report }: AdaptedResult & Pick<JobResult, "instances">,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const places = classLabels ? `,"classLabels":${JSON.stringify(classLabels)}` : "";
  yield encoder.encode(`{"classes":${JSON.stringify(classes)}${places},"labels":[`);
  yield* listChunks(labels, (label) => label);
  yield encoder.encode(`],"confidence":[`);
  yield* listChunks(confidence, (value) => Math.round(value * 1e4) / 1e4);
  if (instances) {
    yield encoder.encode(`],"instances":[`);
    yield* listChunks(instances, (object) => object);
  }
  yield encoder.encode(`],"report":${JSON.stringify(report)}}`);
}

/** The values of a JSON array, without its brackets. */
function* listChunks(
  values: Uint8Array | Uint32Array | Float32Array,
  shown: (value: number) => number,
): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  for (let start = 0; start < values.length; start += VALUES_AT_ONCE) {
    const some = Array.from(values.subarray(start, start + VALUES_AT_ONCE), shown);
    yield encoder.encode((start === 0 ? "" : ",") + JSON.stringify(some).slice(1, -1));
  }
}
