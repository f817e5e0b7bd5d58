/**
 * Kinds of settings that methods have: each helper makes a schema with a default and a message that says which
 * values are allowed.
 *
 * @module
 */
import { z } from "zod";

/**
 * Makes a schema for a number; a query or a command line may give it as text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const steps = numberSetting(25, { min: 1, max: 1000, integer: true });
 * assert.equal(steps.parse(undefined), 25);
 * assert.equal(steps.parse("7"), 7);
 * assert.throws(() => steps.parse(0), /a whole number from 1 to 1000/);
 * ```
 */
export function numberSetting(
  initial: number,
  { min, max, integer = false }: { min: number; max: number; integer?: boolean },
) {
  const error = `it is ${integer ? "a whole number" : "a number"} from ${min} to ${max}`;
  const number = z.number({ error }).min(min, { error }).max(max, { error });
  return z.preprocess(
    (value) => typeof value === "string" && value.trim() !== "" ? Number(value) : value,
    integer ? number.int({ error }) : number,
  ).default(initial);
}

/** Makes a schema for yes or no; a query or a command line may give it as text. */
export function flagSetting(initial: boolean) {
  const error = "it is true or false";
  return z.preprocess(
    (value) => value === "true" ? true : value === "false" ? false : value,
    z.boolean({ error }),
  ).default(initial);
}

/** Makes a schema for one of several words. */
export function choiceSetting<const T extends readonly [string, ...string[]]>(
  initial: T[number],
  choices: T,
) {
  return z.enum(choices, { error: `it is one of ${choices.join(", ")}` }).default(initial as never);
}

/** Makes a schema for a name that is looked up later. @param error says what the value has to be. */
export function nameSetting(initial: string, error: string) {
  return z.string({ error }).min(1, { error }).default(initial);
}

/** The settings of a method that has none. */
export const NO_SETTINGS = z.strictObject({});
