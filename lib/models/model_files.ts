/**
 * Reads a student and its teacher from the disk, and checks that they belong together.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import {
  DEFAULT_STUDENT,
  fullName,
  readStudent,
  type StudentFile,
  studentNames,
} from "./students.ts";
import { readTeacher } from "./teachers.ts";
import { type FeatureTeacher, Teacher, type TeacherCard } from "../teacher/mod.ts";

/** Opens a teacher on a device; called again after the device was lost. */
export type OpenTeacher = (gpu: Gpu) => Promise<FeatureTeacher>;

/** A teacher that is not read from the disk. */
export interface GivenTeacher {
  readonly card: TeacherCard;
  readonly open: OpenTeacher;
}

/** Which student, and which teacher. */
export interface ModelFilesOptions {
  /** Name of an embedded student, or path of a checkpoint; `rooms-joint` by default. */
  student?: string;
  /**
   * Name of a teacher, path of its card, or a teacher of the caller's own; by default the one that the student was
   * distilled from.
   */
  teacher?: string | GivenTeacher;
}

/** A student and its teacher, not yet on a device. */
export interface ModelFiles {
  /** What requests call the student: its name where it is embedded, otherwise the id of its card. */
  readonly name: string;
  readonly student: StudentFile;
  /** Null where the student learned from labels alone. */
  readonly teacher: GivenTeacher | null;
}

/**
 * Reads the models. A student that learned from labels alone runs without a teacher.
 *
 * @throws {RangeError} where the student was distilled from another teacher.
 * @throws {CheckpointError} where the student cannot be read.
 * @throws {TeacherError} where the teacher cannot be read.
 */
export async function readModels(options: ModelFilesOptions): Promise<ModelFiles> {
  const { student: given = DEFAULT_STUDENT } = options;
  const student = await readStudent(given);
  const { card } = student;
  const known = card.teacher;
  const teacher = known === null ? null : await teacherOf(options.teacher ?? known.id);
  if (known && teacher && (known.id !== teacher.card.id || known.width !== teacher.card.width)) {
    throw new RangeError(
      `Cannot pair student ${card.id} with teacher ${teacher.card.id} of width ` +
        `${teacher.card.width}: it was distilled from ${known.id} of width ${known.width}`,
    );
  }
  return { name: fullName(given, studentNames()) ?? card.id, student, teacher };
}

/**
 * Reads a teacher.
 *
 * @param given name of a teacher, path of its card, or a teacher, which is returned as it is.
 * @throws {TeacherError} where it cannot be read.
 */
export async function teacherOf(given: string | GivenTeacher): Promise<GivenTeacher> {
  if (typeof given === "object") return given;
  const { card, onnx, externalData } = await readTeacher(given);
  return { card, open: (gpu) => Teacher.load(gpu, card, onnx, { externalData }) };
}
