/**
 * The query of a request: names and numbers.
 *
 * @module
 */
import type { Context } from "hono";
import { unknownOption } from "../../lib/ttt/option_error.ts";
import { RequestError } from "./problem.ts";

/**
 * Reads a number from the query.
 *
 * @param preset its value where it is not there.
 * @param what is counted, for the error.
 * @throws {RequestError} 422 for a text that is no whole number from 1 to `most`.
 */
export function wholeQuery(
  c: Context,
  field: string,
  preset: number,
  most: number,
  what: string,
): number {
  const text = c.req.query(field) ?? `${preset}`;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new RequestError(
    422,
    `Cannot show ${JSON.stringify(text)} ${what}: give a whole number from 1 to ${most}`,
    { field },
  );
}

/**
 * Reads the values of a query by their names.
 *
 * @throws {RequestError} 422 naming one that is there twice: one of its values would be lost.
 */
export function singleValues(url: string): Record<string, string> {
  const { searchParams } = new URL(url);
  const twice = [...searchParams.keys()].find((name) => searchParams.getAll(name).length > 1);
  if (twice === undefined) return Object.fromEntries(searchParams);
  throw new RequestError(
    422,
    `Cannot take ${twice} twice in the query; give it once, and several values separated by commas`,
    { field: twice },
  );
}

/**
 * Refuses a query with other names than a route has: a filter that is misspelt would be none.
 *
 * @param what the route answers with, for the error.
 * @throws {OptionError} naming the first that there is not, and those that there are.
 * @throws {RequestError} 422 naming one that is there twice.
 */
export function requireNames(c: Context, what: string, names: readonly string[]): void {
  const unknown = Object.keys(singleValues(c.req.url)).find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownOption(unknown, what, names);
}
