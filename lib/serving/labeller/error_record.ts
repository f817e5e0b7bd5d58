/**
 * Errors on their way between threads. A structured clone forgets what class an error had and every field of
 * its own, and both decide what a client is told; so an error travels as a record and is built again.
 *
 * @module
 */
import { filterValues } from "@std/collections/filter-values";
import { GpuLostError, GpuUnavailableError, GpuValidationError } from "../../gpu/mod.ts";
import { CameraError, InputError, PhotoError, ScanError } from "../../scan/mod.ts";
import { OptionError } from "../../segment/options.ts";
import { MissingFilesError } from "../files/input.ts";
import { MissingResultError } from "../files/result.ts";

/** An error as plain data. */
export interface ErrorRecord {
  name: string;
  message: string;
  stack?: string;
  /** What the error has besides: file, offset, field. */
  fields: Record<string, unknown>;
  cause?: ErrorRecord;
}

/** The classes that callers tell apart, by name. */
const CLASSES: ReadonlyMap<string, { prototype: Error }> = new Map(
  [
    ScanError,
    CameraError,
    PhotoError,
    InputError,
    OptionError,
    MissingFilesError,
    MissingResultError,
    GpuLostError,
    GpuUnavailableError,
    GpuValidationError,
    RangeError,
    SyntaxError,
    TypeError,
  ].map((type) => [type.name, type]),
);

const PLAIN: ReadonlySet<string> = new Set(["string", "number", "boolean", "undefined"]);

/** Takes an error apart, or whatever else was thrown. */
export function errorRecord(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) return { name: "Error", message: `${error}`, fields: {} };
  const { name, message, stack, cause } = error;
  // Plain data alone: what cannot be cloned would fail the message that carries it.
  const isPlain = (value: unknown) => value === null || PLAIN.has(typeof value);
  const fields = filterValues({ ...error }, isPlain);
  return {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    fields,
    ...(cause === undefined ? {} : { cause: errorRecord(cause) }),
  };
}

/** Builds an error again; one of a class that nobody tells apart keeps its name alone. */
export function errorOf({ name, message, stack, fields, cause }: ErrorRecord): Error {
  const error = new Error(message, cause ? { cause: errorOf(cause) } : undefined);
  const type = CLASSES.get(name);
  if (type) Object.setPrototypeOf(error, type.prototype);
  Object.assign(error, fields);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
