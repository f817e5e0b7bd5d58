/**
 * Names of the shapes that furniture and parts of the building come in.
 *
 * @module
 */

/** Shapes that, beside A, only the teacher's rooms hold. */
export type TeacherShape = "C" | "D" | "E";

/** A shape: A in the student's source rooms, B in another building. */
export type Shape = "A" | "B" | TeacherShape;
