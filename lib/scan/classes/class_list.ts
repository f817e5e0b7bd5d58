/**
 * The classes of an answer as a file beside it, for programs and people that read its labels.
 *
 * @module
 */
import { hexColor, type LabelClasses, labelOf } from "./class_table.ts";

/**
 * Writes the classes as JSON: `student`, and `classes` with `label`, `name`, `color` (`#rrggbb`) and `asprs`, the
 * classification code in LAS.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const card = {
 *   id: "mine",
 *   classes: ["floor"],
 *   palette: [[0, 0, 255]] as [number, number, number][],
 *   asprs: [2],
 * };
 * assert.deepEqual(JSON.parse(classList(card)), {
 *   student: "mine",
 *   classes: [{ label: 0, name: "floor", color: "#0000ff", asprs: 2 }],
 * });
 * ```
 */
export function classList(student: LabelClasses & { readonly id: string }): string {
  const { id, classes, palette, asprs } = student;
  const rows = classes.map((name, place) => ({
    label: labelOf(student, place),
    name,
    color: hexColor(palette[place]!),
    asprs: asprs[place],
  }));
  return JSON.stringify({ student: id, classes: rows }, null, 2) + "\n";
}
