/**
 * The lines of a text, one after the other: a text of nothing but line ends would make a list of millions.
 *
 * @module
 */

/**
 * Yields the lines of a text without their ends, with their numbers from 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { linesOf } from "./lines.ts";
 *
 * assert.deepEqual([...linesOf("a\n\nb")].map(({ text }) => text), ["a", "", "b"]);
 * ```
 */
export function* linesOf(text: string): Generator<{ text: string; line: number }> {
  for (let start = 0, line = 1; start <= text.length; line++) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    yield { text: text.slice(start, end), line };
    start = end + 1;
  }
}
