/**
 * What the labels that a scan came with say about a student's classes. The numbers of one data set mean nothing to a
 * student of another, so they are compared with its prediction only where somebody says what they mean.
 *
 * @module
 */
import { areClasses, IGNORE_LABEL } from "../../metrics/confusion.ts";
import type { StudentCard } from "../../nn/card.ts";
import type { Scan, Warning } from "../../scan/mod.ts";
import { classesByLabel, indexOfClass, type ScoredClasses, scoredClasses } from "./label_map.ts";
import type { SegmentOptions } from "../segmenter.ts";

/** The labels of a scan as classes of a student. */
export interface Truth {
  /** [N] compared class of every point, or `IGNORE_LABEL`; null where they are not compared. */
  labels: Int32Array | null;
  /** The classes that are compared. */
  classes: ScoredClasses;
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
  { labels, labelNames: own, format }: Pick<Scan, "labels" | "labelNames" | "format">,
  { evaluate, labelMap, labelNames = own }: Pick<
    SegmentOptions,
    "evaluate" | "labelMap" | "labelNames"
  >,
  student: Pick<StudentCard, "id" | "classes">,
): Truth {
  const map = labelMap && classesByLabel(labelMap, student);
  const classes = scoredClasses(map ?? new Map(), student.classes);
  const compared = (found: Pick<Truth, "labels" | "warnings">) => ({ ...found, classes });
  if (evaluate === false || labels === null) return compared({ labels: null, warnings: [] });
  if (map) {
    const scored = new Map([...map].map(([label, [first]]) => [
      label,
      first === undefined ? null : classes.of[first]!,
    ]));
    return compared(
      translated(labels, scored, ({ unexplained }) => unexplainedDoubt(unexplained)),
    );
  }
  if (evaluate) {
    if (format !== "las" && areClasses(labels, student.classes.length)) {
      return compared({ labels, warnings: [] });
    }
    return compared({
      labels: null,
      warnings: [doubt(
        format === "las"
          ? "Its labels were not scored: a LAS classification holds ASPRS codes, which are not the student's classes."
          : `Its labels were not scored: they are not all of the student's classes 0 to ${
            student.classes.length - 1
          }.`,
      )],
    });
  }
  if (!labelNames) return compared({ labels: null, warnings: [] });
  const byName = new Map(
    Object.entries(labelNames).map(([label, name]) => [
      Number(label),
      indexOfClass(name, student.classes),
    ]),
  );
  return compared(translated(labels, byName, ({ unexplained, withoutClass }) => [
    ...unexplainedDoubt(unexplained),
    ...(withoutClass.length > 0
      ? [
        `Points named ${
          listed(withoutClass.map((label) => labelNames[label]!))
        } were not scored, since the student has no class of that name.`,
      ]
      : []),
  ]));
}

function unexplainedDoubt(labels: readonly number[]): string[] {
  return labels.length === 0
    ? []
    : [`Points with label ${listed(labels)} were not scored, since nothing says what it means.`];
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
): Pick<Truth, "labels" | "warnings"> {
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
