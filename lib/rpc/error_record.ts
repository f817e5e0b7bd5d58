/**
 * Errors on their way between threads. A structured clone loses the class of an error and its own fields, and both
 * decide what a client is told; so an error travels as a record and is rebuilt from it.
 *
 * @module
 */
import { filterValues } from "@std/collections/filter-values";

/** An error as plain data. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  /** The error's own fields, such as file, offset and field. */
  fields: Record<string, unknown>;
  cause?: ErrorRecord;
}

/** A class of errors that callers tell apart. Its name is the `name` of its errors. */
export type ErrorClass = { readonly name: string; readonly prototype: Error };

/** Classes of the language that are always rebuilt. */
const BUILT_IN: readonly ErrorClass[] = [RangeError, SyntaxError, TypeError];

const PLAIN_TYPES: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

/** Takes an error apart. Another thrown value becomes the message of an `Error`. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: `${error}`, fields: {} };
  const { name, message, stack, cause } = error;
  // A field that cannot be cloned would fail the message that carries the record.
  const isPlain = (value: unknown) => value === null || PLAIN_TYPES.has(typeof value);
  const fields = filterValues({ ...error }, isPlain);
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    fields,
    ...(cause === undefined ? {} : { cause: errorRecord(cause) }),
  };
}

/**
 * Rebuilds an error from its record.
 *
 * @param classes the classes to rebuild beside those of the language; an error of another class becomes an `Error` of
 *   the same name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { errorOf, errorRecord } from "./error_record.ts";
 *
 * class FieldError extends Error {
 *   override name = "FieldError";
 *   constructor(message: string, readonly field: string) {
 *     super(message);
 *   }
 * }
 * const record = structuredClone(errorRecord(new FieldError("Cannot read it", "width")));
 * const error = errorOf(record, [FieldError]);
 * assert.ok(error instanceof FieldError);
 * assert.equal(error.field, "width");
 * ```
 */
export function errorOf(record: ErrorRecord, classes: readonly ErrorClass[] = []): Error {
  const { name, message, stack, fields, cause } = record;
  const error = new Error(message, cause ? { cause: errorOf(cause, classes) } : undefined);
  const type = [...BUILT_IN, ...classes].find((type) => type.name === name);
  if (type) Object.setPrototypeOf(error, type.prototype);
  Object.assign(error, fields);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
