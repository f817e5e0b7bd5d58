/**
 * Schemas that are held to a type by the compiler.
 *
 * @module
 */
import { z } from "zod";

/**
 * Makes the strict schema of an object with exactly the members of a type: where the type gains, loses or changes a
 * member, the schema no longer compiles. Members that may be missing are `.exactOptional()`.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 * import { exactly } from "./exactly.ts";
 *
 * interface Named {
 *   name: string;
 *   note?: string;
 * }
 * const schema = exactly<Named>()({ name: z.string(), note: z.string().exactOptional() });
 * assert.equal(schema.safeParse({ name: "a", colour: 1 }).success, false);
 * ```
 */
export function exactly<T>() {
  type Members = { [Name in keyof T]-?: z.ZodType<Required<T>[Name] | undefined> };
  return <Shape extends Members>(shape: Shape) => z.strictObject(shape);
}
