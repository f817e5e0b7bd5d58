/**
 * The probabilities of all classes as fields of an answer.
 *
 * @module
 */
import type { PointColumn } from "../../scan/mod.ts";

/** Letters of a class in the name of a field: with the rest of it, as many as LAS keeps. */
const LETTERS = 20;

/**
 * Gives one field for each class, such as `probability_chair`.
 *
 * @param probabilities [points][classes]
 * @param classes names; what is no letter or digit becomes an underscore, and names that would be equal get their number.
 */
export function probabilityColumns(
  probabilities: Float32Array,
  classes: readonly string[],
): PointColumn[] {
  const points = probabilities.length / classes.length;
  const short = classes.map((name) => name.replace(/[^A-Za-z0-9]+/g, "_").slice(0, LETTERS));
  return classes.map((name, k) => {
    const isUnique = short.indexOf(short[k]!) === short.lastIndexOf(short[k]!);
    const own = isUnique ? short[k]! : `${short[k]!.slice(0, LETTERS - 4)}_${k}`;
    const values = Float32Array.from(
      { length: points },
      (_, point) => probabilities[point * classes.length + k]!,
    );
    return { name: `probability_${own}`, values, about: name };
  });
}
