/**
 * The models on disk: a student's checkpoint with its card, a teacher's card with its ONNX file. Without
 * paths the embedded ones are taken.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseStudentCard, type StudentCard } from "../nn/card.ts";
import {
  CheckpointError,
  type NamedTensor,
  readSafetensors,
  writeSafetensors,
} from "../nn/safetensors.ts";
import { CENTRE } from "../nn/student.ts";
import { findTeacher, type TeacherFile } from "../teacher/mod.ts";

const FIXTURES = fileURLToPath(new URL("../../fixtures/", import.meta.url));

/** The embedded student: a checkpoint. */
export const DEFAULT_STUDENT: string = join(FIXTURES, "students", "rooms-joint.safetensors");

/** The embedded teacher: a card, with its ONNX file beside it. */
export const DEFAULT_TEACHER: string = join(FIXTURES, "teachers", "rooms-parts.json");

/** A student as it stands on disk. */
export interface StudentFile {
  readonly card: StudentCard;
  /** State dict without the teacher's mean. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** The teacher's mean over source points, [D]; null where the student knows no teacher. */
  readonly centre: Float32Array | null;
}

/**
 * Reads a student's checkpoint.
 *
 * @throws {CheckpointError} naming what is wrong with it.
 */
export async function readStudent(path: string = DEFAULT_STUDENT): Promise<StudentFile> {
  const { tensors, metadata } = readSafetensors(await Deno.readFile(path), path);
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

/** The bytes of a checkpoint that {@link readStudent} reads. */
export function studentBytes({ card, tensors, centre }: StudentFile): Uint8Array<ArrayBuffer> {
  const all = new Map(tensors);
  if (centre) all.set(CENTRE, { shape: [1, centre.length], data: centre });
  return writeSafetensors({ tensors: all, metadata: { card: JSON.stringify(card) } });
}

/** Reads a teacher by the path of its card or by name; see `lib/teacher/find_teacher.ts`. */
export function readTeacher(given: string = DEFAULT_TEACHER): Promise<TeacherFile> {
  return findTeacher(given);
}
