/**
 * Binds a zod schema to a type of the program: a type that gains, loses or changes a member no longer compiles with
 * a schema that does not follow.
 *
 * @module
 */
import { z } from "zod";

/** Builds an object schema with exactly the members of `T`; members that may be missing are `.exactOptional()`. */
export function exactly<T>() {
  type Members = { [Name in keyof T]-?: z.ZodType<Required<T>[Name] | undefined> };
  return <Shape extends Members>(shape: Shape) => z.strictObject(shape);
}

/** A whole number from 0. */
export const count = z.int().min(0);

/** A fraction from 0 to 1. */
export const fraction = z.number().min(0).max(1);
