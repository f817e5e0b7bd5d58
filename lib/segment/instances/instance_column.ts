/**
 * Objects as a field of an answer.
 *
 * @module
 */
import type { PointColumn } from "../../scan/mod.ts";

/** Objects as the field `instance`. @param values object of every point, from 1; 0 for none */
export function instanceColumn(values: Uint32Array): PointColumn {
  return { name: "instance", values, about: "object from 1, 0 for none" };
}
