/**
 * The method that a scan is labelled by: the one that its options name, as far as the student can follow it.
 *
 * @module
 */
import type { Warning } from "../scan/mod.ts";
import { type Method, METHODS } from "../ttt/methods/mod.ts";
import { OptionError } from "../ttt/option_error.ts";
import type { LoadedStudent } from "./loaded_students.ts";
import type { SegmentOptions, SegmentRequest } from "./segmenter.ts";

/** A method with the settings to follow. */
export interface ChosenMethod {
  readonly method: Method;
  readonly settings: SegmentOptions["settings"];
  /** Says why it is not the method that was to be expected. */
  readonly warnings: readonly Warning[];
}

/**
 * Chooses the method of a request. Where the client left the method open and the student has no teacher, the photographs
 * are left out with a warning.
 *
 * @throws {OptionError} where there is no method of that name, or it lacks a teacher or photographs.
 */
export function chooseMethod(
  { options, photos }: Pick<SegmentRequest, "options" | "photos">,
  { card, teacher }: LoadedStudent,
): ChosenMethod {
  const { settings, otherwise, viewSource } = options;
  const method = methodOf(options.method);
  if (!method.usesPhotographs) return { method, settings, warnings: [] };
  if (teacher === null) {
    if (!otherwise) {
      throw new OptionError(
        `Cannot use method ${method.name}: student ${card.id} learned from labels alone; use method source or bn`,
        "method",
      );
    }
    const views = viewSource === "virtual" ? "Virtual views" : "The photographs";
    const text =
      `${views} were left out, and the method is ${otherwise.method}: student ${card.id} ` +
      "learned from labels alone, without a teacher to describe them. Take a student that was distilled from a teacher.";
    return {
      method: methodOf(otherwise.method),
      settings: otherwise.settings,
      warnings: [{ code: "no-teacher", text, field: "student" }],
    };
  }
  if (photos.length === 0 && viewSource !== "virtual") {
    throw new OptionError(
      `Cannot use method ${method.name}: no photographs came with the scan; send some, or set viewSource to virtual`,
      "method",
    );
  }
  return { method, settings, warnings: [] };
}

function methodOf(name: string): Method {
  const method = METHODS.get(name);
  if (method) return method;
  throw new OptionError(`Cannot use method ${name}: no such method`, "method");
}
