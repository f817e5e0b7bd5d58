/**
 * Students on disk: a checkpoint with its card, read by path or, where it is embedded, by name.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseStudentCard, type StudentCard } from "../nn/card.ts";
import {
  CheckpointError,
  type NamedTensor,
  readSafetensors,
  writeSafetensors,
} from "../nn/safetensors.ts";
import { CENTRE } from "../nn/student.ts";
import { embeddedNames, fixture } from "./embedded.ts";

const FOLDER = fixture("students");
const EXTENSION = ".safetensors";

/** Ending of the names that may be left out: `rooms` is short for `rooms-joint`. */
const USUAL = "-joint";

/** The embedded student that is used where only one is wanted and none is named. */
export const DEFAULT_STUDENT = "rooms-joint";

/** The embedded students that are loaded where none is named; the scan decides which of them labels it. */
export const DEFAULT_STUDENTS: readonly string[] = [
  DEFAULT_STUDENT,
  "streets-varied-joint",
  "aerial-joint",
];

/** A student as its checkpoint holds it. */
export interface StudentFile {
  /** The model card. */
  readonly card: StudentCard;
  /** State dict without the teacher's mean. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** The teacher's mean feature over source points, [D]; null where the student knows no teacher. */
  readonly centre: Float32Array | null;
}

/**
 * Lists the embedded students.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.ok(studentNames().includes("rooms-joint"));
 * ```
 */
export function studentNames(): string[] {
  return embeddedNames(FOLDER, EXTENSION);
}

/** Path of the checkpoint of an embedded student, or the path that is given. */
export function studentPath(given: string): string {
  const name = fullName(given, studentNames());
  return name === null ? given : join(FOLDER, name + EXTENSION);
}

/**
 * Completes a short name: `rooms` is short for `rooms-joint`, and the first word of a student that is loaded by default
 * for that student.
 *
 * @param given what a client or a command line calls a student.
 * @param names the full names that there are.
 * @returns one of `names`; null where none is meant.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const names = ["rooms-joint", "rooms-labels"];
 * assert.equal(fullName("rooms", names), "rooms-joint");
 * assert.equal(fullName("rooms-labels", names), "rooms-labels");
 * assert.equal(fullName("room", names), null);
 * const streets = ["streets-joint", "streets-varied-joint"];
 * assert.equal(fullName("streets", streets), "streets-varied-joint");
 * ```
 */
export function fullName(given: string, names: readonly string[]): string | null {
  const usual = DEFAULT_STUDENTS.find((name) => name.startsWith(`${given}-`)) ?? given;
  return [given, usual, given + USUAL].find((name) => names.includes(name)) ?? null;
}

/**
 * Reads a student.
 *
 * @param given name of an embedded student, which may be short (see {@link fullName}), or path of a checkpoint.
 * @throws {CheckpointError} naming what is wrong with the checkpoint, or the names that there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { card } = await readStudent("streets-joint");
 * assert.equal(card.teacher?.id, "streets-parts");
 * assert.equal(card.palette.length, card.classes.length);
 * ```
 */
export async function readStudent(given: string = DEFAULT_STUDENT): Promise<StudentFile> {
  const path = studentPath(given);
  const bytes = await Deno.readFile(path).catch((error) => {
    throw error instanceof Deno.errors.NotFound ? notFound(given) : error;
  });
  return parseStudent(bytes, path);
}

/**
 * Checks that {@link readStudent} would find a student, without reading it.
 *
 * @throws {CheckpointError} naming the students that there are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * requireStudent("rooms");
 * assert.throws(() => requireStudent("room"), /^CheckpointError: Cannot find student room: .*rooms-joint/);
 * ```
 */
export function requireStudent(given: string): void {
  if (!existsSync(studentPath(given))) throw notFound(given);
}

function notFound(given: string): CheckpointError {
  return new CheckpointError(
    `Cannot find student ${given}: give the path of a checkpoint, or one of ${
      studentNames().join(", ")
    }`,
  );
}

/** @throws {CheckpointError} */
function parseStudent(bytes: Uint8Array, path: string): StudentFile {
  const { tensors, metadata } = readSafetensors(bytes, path);
  const card = parseStudentCard(metadata);
  const rest = new Map(tensors);
  if (card.teacher === null) return { card, tensors: rest, centre: null };
  const centre = rest.get(CENTRE);
  rest.delete(CENTRE);
  if (!(centre?.data instanceof Float32Array) || centre.data.length !== card.teacher.width) {
    throw new CheckpointError(
      `Cannot read ${path}: "${CENTRE}" must be F32 [1, ${card.teacher.width}], the teacher's mean`,
    );
  }
  return { card, tensors: rest, centre: centre.data };
}

/** Makes the bytes of a checkpoint that {@link readStudent} reads. */
export function studentBytes({ card, tensors, centre }: StudentFile): Uint8Array<ArrayBuffer> {
  const all = new Map(tensors);
  if (centre) all.set(CENTRE, { shape: [1, centre.length], data: centre });
  return writeSafetensors({ tensors: all, metadata: { card: JSON.stringify(card) } });
}
