/**
 * What the labels of an answer mean: as one row for each class, and as one for each classification code of LAS, which
 * several classes may share.
 *
 * @module
 */

/** The classes of a student, in the order of their labels; its card is one. */
export interface LabelClasses {
  /** Name of every class. */
  readonly classes: readonly string[];
  /** Red, green and blue of every class, 0 to 255. */
  readonly palette: readonly (readonly [red: number, green: number, blue: number])[];
  /** Classification code of every class in LAS. */
  readonly asprs: readonly number[];
  /** The label of every class; by default its place. */
  readonly labels?: readonly number[];
}

/** The label that stands for a class. */
export function labelOf({ labels }: LabelClasses, place: number): number {
  return labels?.[place] ?? place;
}

/** A classification code of LAS, and what it stands for. */
export interface ClassCode {
  code: number;
  /** The name of its class; those of several, joined by slashes. */
  name: string;
  /** `#rrggbb`, that of the first of its classes. */
  color: string;
}

/**
 * Lists the classification codes of an answer in ascending order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   classCodes({
 *     classes: ["wall", "floor", "window"],
 *     palette: [[255, 0, 0], [0, 0, 16], [1, 2, 3]],
 *     asprs: [6, 2, 6],
 *   }),
 *   [
 *     { code: 2, name: "floor", color: "#000010" },
 *     { code: 6, name: "wall/window", color: "#ff0000" },
 *   ],
 * );
 * ```
 */
export function classCodes({ classes, palette, asprs }: LabelClasses): ClassCode[] {
  const codes = new Map<number, ClassCode>();
  for (const [place, code] of asprs.entries()) {
    const known = codes.get(code);
    if (known) known.name += `/${classes[place]}`;
    else codes.set(code, { code, name: classes[place]!, color: hexColor(palette[place]!) });
  }
  return [...codes.values()].sort((a, b) => a.code - b.code);
}

/** A colour as `#rrggbb`. */
export function hexColor(rgb: readonly number[]): string {
  return "#" + rgb.map((value) => value.toString(16).padStart(2, "0")).join("");
}
