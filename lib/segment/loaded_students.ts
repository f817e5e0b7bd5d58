/**
 * The students that an engine labels with, and how a request names one of them.
 *
 * @module
 */
import { fullName } from "../models/students.ts";
import type { StudentCard } from "../nn/card.ts";
import type { TeacherCard } from "../teacher/mod.ts";
import { OptionError } from "../ttt/option_error.ts";
import { shown } from "../validation/mod.ts";

/** A student that an engine labels with, and its teacher. */
export interface LoadedStudent {
  /** What requests call it: the name of an embedded student, otherwise the id of its card. */
  readonly name: string;
  /** The card of the student. */
  readonly card: StudentCard;
  /** The card of the teacher that it was distilled from; null where it learned from labels alone. */
  readonly teacher: TeacherCard | null;
}

/** The name that leaves the choice to the scan. */
export const AUTO = "auto";

/**
 * Finds the student that a request names: by its name, which may be short, or by the id of its card.
 *
 * @param wanted a name, or `auto`.
 * @returns null where there are several and the scan has to decide.
 * @throws {OptionError} listing the names that there are.
 */
export function findStudent(
  students: readonly LoadedStudent[],
  wanted: string = AUTO,
): LoadedStudent | null {
  if (wanted === AUTO) return students.length === 1 ? students[0]! : null;
  const full = fullName(wanted, students.map(({ name }) => name));
  const found = students.find(({ name, card }) => name === full || card.id === wanted);
  if (found) return found;
  throw new OptionError(
    `Cannot use student ${shown(wanted)}: it is one of ${
      [AUTO, ...students.map(({ name }) => name)].join(", ")
    }`,
    "student",
  );
}

/**
 * The teachers of which one describes the photographs of a request: that of the student that it names, or those of all.
 *
 * @throws {OptionError} listing the names that there are.
 */
export function teachersOf(students: readonly LoadedStudent[], wanted?: string): TeacherCard[] {
  const student = findStudent(students, wanted);
  return (student ? [student] : students).flatMap(({ teacher }) => teacher ?? []);
}
