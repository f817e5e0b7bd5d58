/**
 * The method that a scan is labelled by: the one that its options name, as far as the student can follow it.
 *
 * @module
 */
import type { StudentCard } from "../nn/card.ts";
import { networkOf } from "../nn/networks.ts";
import type { Warning } from "../scan/mod.ts";
import { hasSetting, type Method, METHODS } from "../ttt/methods/mod.ts";
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
 * are left out with a warning. Where it would move statistics of batch norm, and the network has none, or its card
 * prefers those of training, the scan is labelled by the source weights. Settings that were sent for no method in particular,
 * and that the method lacks, are named in warnings.
 *
 * @throws {OptionError} where there is no method of that name, or it lacks a teacher, photographs or batch norm.
 */
export function chooseMethod(
  request: Pick<SegmentRequest, "options" | "photos">,
  student: LoadedStudent,
): ChosenMethod {
  const { method, settings, warnings } = methodFor(request, student);
  const unused = (request.options.sent ?? []).filter((name) => !hasSetting(method, name));
  return { method, settings, warnings: [...warnings, ...unused.map(unusedWarning(method))] };
}

function unusedWarning({ name }: Method): (setting: string) => Warning {
  return (setting) => ({
    code: "unused-option",
    text:
      `${setting} was not used: the method is ${name}, which has no such option. Name a method that has it, or leave ${setting} out.`,
    field: setting,
  });
}

function methodFor(
  { options, photos }: Pick<SegmentRequest, "options" | "photos">,
  { card, teacher }: LoadedStudent,
): ChosenMethod {
  const { settings, otherwise, viewSource } = options;
  const method = methodOf(options.method);
  if (!method.usesPhotographs) {
    if (!otherwise) {
      requireStatistics(method, card);
      return { method, settings, warnings: [] };
    }
    return { ...followable(method, settings, card), warnings: [] };
  }
  if (teacher === null) {
    if (!otherwise) {
      throw new OptionError(
        `Cannot use method ${method.name}: student ${card.id} learned from labels alone; use method source or bn`,
        "method",
      );
    }
    const blind = followable(methodOf(otherwise.method), otherwise.settings, card);
    const views = viewSource === "virtual" ? "Virtual views" : "The photographs";
    const text =
      `${views} were left out, and the method is ${blind.method.name}: student ${card.id} ` +
      "learned from labels alone, without a teacher to describe them. Take a student that was distilled from a teacher.";
    return { ...blind, warnings: [{ code: "no-teacher", text, field: "student" }] };
  }
  if (photos.length === 0 && viewSource !== "virtual") {
    throw new OptionError(
      `Cannot use method ${method.name}: no photographs came with the scan; send some, or set viewSource to virtual`,
      "method",
    );
  }
  return { method, settings, warnings: [] };
}

/** Whether a method moves nothing but what the student's network does not have. */
function movesNothing(
  { movesStatisticsOnly }: Method,
  { backbone, features }: StudentCard,
): boolean {
  return movesStatisticsOnly === true && !networkOf(backbone, features.length).hasBatchNorm;
}

/** @throws {OptionError} where a method that was asked for would move nothing. */
function requireStatistics(method: Method, card: StudentCard): void {
  if (!movesNothing(method, card)) return;
  throw new OptionError(
    `Cannot use method ${method.name}: it moves the statistics of batch norm, and ${card.backbone} has none; ` +
      "use method source, tent or ttt-kd",
    "method",
  );
}

/**
 * A method that nobody asked for, as far as it serves the student: the source weights in place of one that moves what the
 * network does not have, or is better kept.
 */
function followable(
  method: Method,
  settings: SegmentOptions["settings"],
  card: StudentCard,
): Pick<ChosenMethod, "method" | "settings"> {
  const isKept = method.movesStatisticsOnly === true && card.statistics === "running";
  return isKept || movesNothing(method, card)
    ? { method: methodOf("source"), settings: {} }
    : { method, settings };
}

function methodOf(name: string): Method {
  const method = METHODS.get(name);
  if (method) return method;
  throw new OptionError(`Cannot use method ${name}: no such method`, "method");
}
