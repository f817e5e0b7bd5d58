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
  /** Why they, or some of them, are not compared although somebody said what they mean. */
  warnings: Warning[];
}

/** The most numbers or names that a warning lists. */
const LISTED = 8;

/**
 * Translates the labels of a scan into classes: by `labelMap`; where `evaluate` is true, by taking them as the classes;
 * otherwise by their names. Labels of which nobody says what they mean are not compared, and nothing is doubtful about it.
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
  if (map) return translated(labels, map, ({ unexplained }) => unexplainedDoubt(unexplained));
  if (evaluate) {
    if (format !== "las" && areClasses(labels, student.classes.length)) {
      return { labels, warnings: [] };
    }
    return {
      labels: null,
      warnings: [doubt(
        format === "las"
          ? "Its labels were not scored: a LAS classification holds ASPRS codes, which are not the student's classes."
          : `Its labels were not scored: they are not all of the student's classes 0 to ${
            student.classes.length - 1
          }.`,
      )],
    };
  }
  if (!labelNames) return { labels: null, warnings: [] };
  const byName = new Map(
    Object.entries(labelNames).map(([label, name]) => [
      Number(label),
      indexOfClass(name, student.classes),
    ]),
  );
  return translated(labels, byName, ({ unexplained, withoutClass }) => [
    ...unexplainedDoubt(unexplained),
    ...(withoutClass.length > 0
      ? [
        `Points named ${
          listed(withoutClass.map((label) => labelNames[label]!))
        } were not scored, since the student has no class of that name.`,
      ]
      : []),
  ]);
}

function unexplainedDoubt(labels: readonly number[]): string[] {
  return labels.length === 0
    ? []
    : [`Points with label ${listed(labels)} were not scored, since nothing says what it means.`];
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
  const index = classes.findIndex((known) => plain(known) === plain(name));
  return index < 0 ? null : index;
}

/** A name without capitals, and with spaces where others write hyphens or underscores. */
function plain(name: string): string {
  return name.trim().toLowerCase().replace(/[\s_-]+/g, " ");
}

/** Labels that have no class. */
interface NotScored {
  /** Those that the map does not have. */
  unexplained: number[];
  /** Those that it maps to none. */
  withoutClass: number[];
}

/** Translates labels. @param doubtsOf says what is doubtful about those that have no class */
function translated(
  labels: Int32Array,
  map: ReadonlyMap<number, number | null>,
  doubtsOf: (notScored: NotScored) => string[],
): Truth {
  const classes = labels.map((label) => map.get(label) ?? IGNORE_LABEL);
  const present = [...new Set(labels)];
  const doubts = doubtsOf({
    unexplained: present.filter((label) => !map.has(label)),
    withoutClass: present.filter((label) => map.get(label) === null),
  });
  const isScored = classes.some((label) => label !== IGNORE_LABEL);
  const none = isScored ? [] : ["None of its labels was scored."];
  return {
    labels: isScored ? classes : null,
    warnings: doubts.length + none.length > 0 ? [doubt([...none, ...doubts].join(" "))] : [],
  };
}

function listed(values: readonly (string | number)[]): string {
  return values.slice(0, LISTED).join(", ") + (values.length > LISTED ? ", …" : "");
}

function doubt(problem: string): Warning {
  return {
    code: "labels",
    text:
      `${problem} To have them scored, give labelMap, such as {"7": "chair"}, or evaluate: true where they are the student's own classes.`,
    field: "labelMap",
  };
}
