/**
 * Names of the styles of rooms, and of the shapes that their furniture comes in.
 *
 * @module
 */

export type StyleName = "A" | "B" | "teacher";

/** Shapes that only the teacher's rooms hold, beside A. */
export type Variant = "C" | "D" | "E";

export type Shape = "A" | "B" | Variant;
