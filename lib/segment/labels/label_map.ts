/**
 * Label maps: what the labels of a client mean in the classes of a student. Read one way they make classes of a scan's
 * labels, which are then compared with the prediction; read the other way they make the client's labels of a prediction.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { LabelClasses } from "../../scan/mod.ts";
import { UNLABELLED } from "../../scan/mod.ts";
import { OptionError } from "../../ttt/option_error.ts";

/** A class of the student, by name or index. */
export type NamedClass = string | number;

/**
 * The student's class of each label of the client: several where a label covers them, null where a label does not
 * count. A class may belong to several labels.
 */
export type LabelMap = Readonly<Record<string, NamedClass | readonly NamedClass[] | null>>;

type Student = Pick<StudentCard, "id" | "classes">;

/** Largest label of an answer; one byte holds it, and the last value is that of points without a label. */
const MOST = UNLABELLED - 1;

/** Classes that are compared: those of the student, or groups of them that a label covers. */
export interface ScoredClasses {
  /** Name of each; of a group, the names of its classes, joined by slashes. */
  readonly names: readonly string[];
  /** The compared class of each class of the student. */
  readonly of: Uint8Array;
}

/**
 * Translates a label map into indices of classes.
 *
 * @returns the classes of each label; none where it does not count.
 * @throws {OptionError} where the student has none of that name or index.
 */
export function classesByLabel(
  labelMap: LabelMap,
  { id, classes }: Student,
): Map<number, readonly number[]> {
  const indexOf = (label: string, meant: NamedClass) => {
    const index = typeof meant === "number" ? meant : indexOfClass(meant, classes);
    if (index !== null && index >= 0 && index < classes.length) return index;
    throw new OptionError(
      `Cannot map label ${label} to ${JSON.stringify(meant)}: the classes of student ${id} are ${
        classes.join(", ")
      }; write one of these, its index, a list of them, or null`,
      "labelMap",
    );
  };
  return new Map(
    Object.entries(labelMap).map(([label, meant]) => [
      Number(label),
      (meant === null ? [] : [meant].flat()).map((one) => indexOf(label, one as NamedClass)),
    ]),
  );
}

/** The class of a name, without regard to capitals, hyphens and underscores; null where there is none. */
export function indexOfClass(name: string, classes: readonly string[]): number | null {
  const index = classes.findIndex((known) => plain(known) === plain(name));
  return index < 0 ? null : index;
}

/** A name without capitals, and with spaces where others write hyphens or underscores. */
function plain(name: string): string {
  return name.trim().toLowerCase().replace(/[\s_-]+/g, " ");
}

/**
 * Groups the classes that the labels cannot tell apart: those of one label are compared as one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const groups = scoredClasses(new Map([[3, [0, 2]], [7, [1]]]), ["wall", "chair", "window"]);
 * assert.deepEqual(groups, { names: ["wall/window", "chair"], of: Uint8Array.of(0, 1, 0) });
 * ```
 */
export function scoredClasses(
  map: ReadonlyMap<number, readonly number[]>,
  classes: readonly string[],
): ScoredClasses {
  /** The least class of the group of each class. */
  let least = classes.map((_, index) => index);
  for (const covered of map.values()) {
    const joined = new Set(covered.map((index) => least[index]!));
    const first = Math.min(...joined);
    least = least.map((one) => joined.has(one) ? first : one);
  }
  const firsts = [...new Set(least)];
  return {
    names: firsts.map((first) => classes.filter((_, index) => least[index] === first).join("/")),
    of: Uint8Array.from(least, (first) => firsts.indexOf(first)),
  };
}

/** An answer in the client's labels. */
export interface MappedAnswer {
  /** [N] label of every point, 255 where the map has none for its class. */
  labels: Uint8Array;
  /** What they mean; a label of LAS is its own code. */
  student: LabelClasses & { readonly id: string };
}

/**
 * Replaces the classes of a prediction by the labels of the client. Of several labels of one class, the first is taken.
 *
 * @param predicted [N] class of every point.
 * @param labelMap one that passed {@link requireAnswerable}.
 * @param names those that the client has for its labels; others are named by the classes that they stand for.
 */
export function answerInLabels(
  predicted: Uint8Array,
  labelMap: LabelMap,
  student: Pick<StudentCard, "id" | "classes" | "palette">,
  names: Readonly<Record<string, string>> = {},
): MappedAnswer {
  const { id, classes, palette } = student;
  const labelOf = new Uint8Array(UNLABELLED + 1).fill(UNLABELLED);
  const rows: { label: number; covered: number[] }[] = [];
  for (const [label, meant] of classesByLabel(labelMap, student)) {
    const covered = meant.filter((index) => labelOf[index] === UNLABELLED);
    if (covered.length === 0) continue;
    for (const index of covered) labelOf[index] = label;
    rows.push({ label, covered });
  }
  const labels = rows.map(({ label }) => label);
  return {
    labels: predicted.map((index) => labelOf[index]!),
    student: {
      id,
      classes: rows.map(({ label, covered }) =>
        names[label] ?? covered.map((index) => classes[index]!).join("/")
      ),
      palette: rows.map(({ covered }) => palette[covered[0]!]!),
      asprs: labels,
      labels,
    },
  };
}

/**
 * Checks that answers can hold the labels of a map.
 *
 * @throws {OptionError} where there is none that means a class, or where one does not fit a byte.
 */
export function requireAnswerable(labelMap: LabelMap | undefined): void {
  const labels = Object.entries(labelMap ?? {})
    .flatMap(([label, meant]) => meant === null || [meant].flat().length === 0 ? [] : [label]);
  if (labels.length === 0) {
    throw new OptionError(
      'Cannot set mapLabels without labels that mean classes: give labelMap, such as {"7": "chair"}',
      "mapLabels",
    );
  }
  const wrong = labels.find((label) => !(Number(label) >= 0 && Number(label) <= MOST));
  if (wrong === undefined) return;
  throw new OptionError(
    `Cannot answer in the labels of labelMap: ${wrong} is none of 0 to ${MOST}, which an answer holds`,
    "labelMap",
  );
}
