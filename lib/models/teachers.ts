/**
 * Teachers on disk, by name or by the path of a card. The embedded ones stand beside those of the catalogue and
 * of the models folder, which `lib/teacher/find_teacher.ts` finds.
 *
 * @module
 */
import { join } from "node:path";
import { CATALOGUE, findTeacher, type TeacherFile } from "../teacher/mod.ts";
import { embeddedNames, fixture } from "./embedded.ts";

const FOLDER = fixture("teachers");

/** Path of the card of the embedded teacher that is used by default. */
export const DEFAULT_TEACHER: string = join(FOLDER, "rooms-parts.json");

/**
 * Lists the teachers that are known by name: the embedded ones, then those of the catalogue, whose weights have
 * to be fetched or exported first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const names = teacherNames();
 * assert.ok(names.includes("rooms-parts") && names.includes("dinov2-small"));
 * ```
 */
export function teacherNames(): string[] {
  return [...embeddedTeachers(), ...CATALOGUE.keys()];
}

/**
 * Reads a teacher.
 *
 * @param given name of an embedded teacher, of one in the models folder or in the catalogue, or path of a card
 *   with its ONNX file beside it.
 * @throws {TeacherError} naming what is missing or wrong, and how to get it.
 */
export function readTeacher(given: string = DEFAULT_TEACHER): Promise<TeacherFile> {
  return findTeacher(embeddedTeachers().includes(given) ? join(FOLDER, `${given}.json`) : given);
}

function embeddedTeachers(): string[] {
  return embeddedNames(FOLDER, ".json").filter((name) => !name.endsWith(".golden"));
}
