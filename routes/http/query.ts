/**
 * Numbers in the query of a request.
 *
 * @module
 */
import type { Context } from "hono";
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
