/**
 * What a client says that single points are, as the engine takes it.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { Scan } from "../../scan/mod.ts";
import { UNCORRECTED } from "../../ttt/corrections.ts";
import { OptionError } from "../../ttt/option_error.ts";
import { indexOfClass } from "./label_map.ts";

/** Points by their class: its name or index, and the numbers of its points in the client's file, from 0. */
export type Corrections = Readonly<Record<string, readonly number[]>>;

/**
 * Gives every point of a scan its correction.
 *
 * @returns [N] class, or `UNCORRECTED`
 * @throws {OptionError} where the student has no such class, the scan no such point, or a point has two classes
 */
export function correctedPoints(
  corrections: Corrections,
  { positions, leftOut = [] }: Pick<Scan, "positions" | "leftOut">,
  student: Pick<StudentCard, "id" | "classes">,
): Uint8Array {
  const classes = new Uint8Array(positions.length / 3).fill(UNCORRECTED);
  const rows = classes.length + leftOut.length;
  const fail = (problem: string): never => {
    throw new OptionError(`Cannot correct points: ${problem}`, "corrections");
  };
  for (const [name, points] of Object.entries(corrections)) {
    const index = classOf(name, student.classes) ??
      fail(
        `the classes of student ${student.id} are ${
          student.classes.join(", ")
        }; write one of these or its index, not ${JSON.stringify(name)}`,
      );
    for (const row of points) {
      if (row >= rows) fail(`the scan has ${rows} points, from 0, and no point ${row}`);
      const before = leftOut.findLastIndex((left) => left <= row);
      if (leftOut[before] === row) fail(`point ${row} has no position, or is withheld`);
      const point = row - before - 1;
      const other = classes[point]!;
      if (other !== UNCORRECTED && other !== index) {
        fail(
          `point ${row} is said to be ${student.classes[other]} and ${
            student.classes[index]
          }; give one`,
        );
      }
      classes[point] = index;
    }
  }
  return classes;
}

/** The class of a name or an index; null where there is none. */
function classOf(name: string, classes: readonly string[]): number | null {
  const named = indexOfClass(name, classes);
  if (named !== null || !/^\d+$/.test(name)) return named;
  return Number(name) < classes.length ? Number(name) : null;
}
