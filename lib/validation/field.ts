/**
 * Names and values of JSON for error messages.
 *
 * @module
 */

/** Most characters of a text that a message repeats. */
const MOST_CHARACTERS = 60;

/**
 * Writes a place in a JSON value as programs write it; "" is the whole value.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { fieldPath } from "./field.ts";
 *
 * assert.equal(fieldPath(["images", 3, "fx"]), "images[3].fx");
 * ```
 */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : `${text}${text && "."}${String(part)}`,
    "",
  );
}

/** Shows a JSON value in a message: scalars as they are, at most 60 characters of a text, lists by their length. */
export function shown(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return JSON.stringify(value.slice(0, MOST_CHARACTERS));
  // JSON has no infinities, but 1e999 reads as one.
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
