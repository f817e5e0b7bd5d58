/**
 * Text from outside as JSON.
 *
 * @module
 */

/** How V8 begins the one message that does not say where the fault is. */
const WITHOUT_PLACE = /^Unexpected token '/;

/**
 * Parses JSON; a byte order mark in front of it is left out.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseJson } from "./json.ts";
 *
 * const fail = (problem: string) => new SyntaxError(`Cannot read a.json: it is ${problem}`);
 * assert.deepEqual(parseJson("\uFEFF[1]", fail), [1]);
 * assert.throws(() => parseJson('{\n "a": NaN}', fail), {
 *   message: "Cannot read a.json: it is not JSON (line 2, column 7: Unexpected token 'N')",
 * });
 * ```
 *
 * @param fail makes the error to throw of what is wrong, a phrase without a subject like "not JSON (...)"
 */
export function parseJson(
  text: string,
  fail: (problem: string, cause: unknown) => Error,
): unknown {
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    return JSON.parse(json);
  } catch (cause) {
    const { message } = cause as Error;
    const lines = json.slice(0, placeOf(json, message)).split(/\r\n|\r|\n/);
    const place = `line ${lines.length}, column ${lines.at(-1)!.length + 1}`;
    throw fail(`not JSON (${place}: ${shortened(message)})`, cause);
  }
}

/** The number of characters in front of a fault. */
function placeOf(text: string, message: string): number {
  const given = /at position (\d+)/.exec(message)?.[1];
  if (given !== undefined) return Number(given);
  if (!WITHOUT_PLACE.test(message)) return text.length;
  // What lies in front of the fault could be continued to JSON, so only longer beginnings have the same error.
  let [low, high] = [0, text.length];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (WITHOUT_PLACE.test(messageOf(text.slice(0, middle)))) high = middle;
    else low = middle;
  }
  return low;
}

function messageOf(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** A message without the text around the fault, and without its place. */
function shortened(message: string): string {
  const token = /^(Unexpected token '[^]{1,2}?')/.exec(message)?.[1];
  return token ?? message.replace(/ (in JSON )?at position.*$/, "").replace(/ in JSON$/, "");
}
