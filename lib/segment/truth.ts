/**
 * What the labels that a scan came with say about a student's classes. The numbers of one data set mean nothing to a
 * student of another, so they are compared with its prediction only where somebody says what they mean.
 *
 * @module
 */
import { areClasses, IGNORE_LABEL } from "../metrics/confusion.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Scan, Warning } from "../scan/mod.ts";
import { OptionError } from "../ttt/option_error.ts";
import type { SegmentOptions } from "./segmenter.ts";

/** The labels of a scan as classes of a student. */
export interface Truth {
  /** [N] class of every point, or `IGNORE_LABEL`; null where they are not compared. */
  labels: Int32Array | null;
  /** Why they are not compared, or which of them. */
  warnings: Warning[];
}

/** The most numbers or names that a warning lists. */
const LISTED = 8;

/**
 * Translates the labels of a scan into classes: by `labelMap`; where `evaluate` is true, by taking them as the classes;
 * otherwise by the names that the file gives them.
 *
 * @throws {OptionError} where `labelMap` names a class that the student does not have.
 */
export function truthOf(
  { labels, labelNames, format }: Pick<Scan, "labels" | "labelNames" | "format">,
  { evaluate, labelMap }: Pick<SegmentOptions, "evaluate" | "labelMap">,
  student: Pick<StudentCard, "id" | "classes">,
): Truth {
  const map = labelMap && classesOf(labelMap, student);
  if (evaluate === false || labels === null) return { labels: null, warnings: [] };
  const notScored = (problem: string): Truth => ({ labels: null, warnings: [doubt(problem)] });
  if (map) return translated(labels, map, "labelMap");
  if (evaluate) {
    if (format !== "las" && areClasses(labels, student.classes.length)) {
      return { labels, warnings: [] };
    }
    return notScored(
      format === "las"
        ? "Its labels were not scored: a LAS classification holds ASPRS codes, which are not the student's classes."
        : `Its labels were not scored: they are not all of the student's classes 0 to ${
          student.classes.length - 1
        }.`,
    );
  }
  if (!labelNames) {
    return notScored("Its labels were not scored, since nothing says what they mean.");
  }
  const byName = new Map(
    Object.entries(labelNames).map(([label, name]) => [
      Number(label),
      indexOfClass(name, student.classes),
    ]),
  );
  return translated(labels, byName, "the names in its header");
}

/** The classes of a label map. @throws {OptionError} where the student has none of that name or index. */
function classesOf(
  labelMap: NonNullable<SegmentOptions["labelMap"]>,
  { id, classes }: Pick<StudentCard, "id" | "classes">,
): Map<number, number | null> {
  return new Map(
    Object.entries(labelMap).map(([label, meant]) => {
      if (meant === null) return [Number(label), null];
      const index = typeof meant === "number" ? meant : indexOfClass(meant, classes);
      if (index !== null && index >= 0 && index < classes.length) return [Number(label), index];
      throw new OptionError(
        `Cannot map label ${label} to ${JSON.stringify(meant)}: the classes of student ${id} are ${
          classes.join(", ")
        }; write one of these, its index, or null`,
        "labelMap",
      );
    }),
  );
}

function indexOfClass(name: string, classes: readonly string[]): number | null {
  const index = classes.findIndex((known) => known.toLowerCase() === name.trim().toLowerCase());
  return index < 0 ? null : index;
}

/** Translates labels; those without a class are ignored, and said where the map does not have them. */
function translated(
  labels: Int32Array,
  map: ReadonlyMap<number, number | null>,
  source: string,
): Truth {
  const unknown = new Set<number>();
  const classes = labels.map((label) => {
    const index = map.get(label);
    if (index === undefined) unknown.add(label);
    return index ?? IGNORE_LABEL;
  });
  if (classes.every((label) => label === IGNORE_LABEL)) {
    return {
      labels: null,
      warnings: [
        doubt(`Its labels were not scored: by ${source}, none is a class of the student.`),
      ],
    };
  }
  if (unknown.size === 0) return { labels: classes, warnings: [] };
  const some = [...unknown].slice(0, LISTED).join(", ") + (unknown.size > LISTED ? ", …" : "");
  const problem =
    `Points with label ${some} were not scored, since ${source} says nothing of them.`;
  return { labels: classes, warnings: [doubt(problem)] };
}

function doubt(problem: string): Warning {
  return {
    code: "labels",
    text:
      `${problem} To have them scored, give labelMap, such as {"7": "chair"}, or evaluate: true where they are the student's own classes.`,
    field: "labelMap",
  };
}
