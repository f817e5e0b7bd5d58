/**
 * The errors of a client's files: every malformed scan, camera file or photograph ends in an {@link InputError} that
 * names the file, the byte or field, and what to do.
 *
 * @module
 */

/** The parts of an {@link InputError}. */
export interface InputErrorDetails {
  /** Name of the file as the client gave it. */
  file: string;
  /** What could not be done with it; "read" by default. */
  action?: string;
  /** What is wrong, without a closing period. */
  problem: string;
  /** What the client can do about it. */
  mend: string;
  /** Byte of the file at which it is wrong. */
  offset?: number;
  /** Name of the header field, property or JSON path that is wrong. */
  field?: string;
  /** The error of a library, where there is one. */
  cause?: unknown;
}

/**
 * A file from outside that is malformed or cannot be handled.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readScan, ScanError } from "./mod.ts";
 *
 * const error = await readScan(new Uint8Array(9), "room.las").catch((error) => error);
 * assert(error instanceof ScanError);
 * assert.deepEqual([error.file, error.offset], ["room.las", 0]);
 * assert.match(error.message, /^Cannot read room\.las: .* \(byte 0\); convert it to one of these$/);
 * ```
 */
export class InputError extends SyntaxError {
  /** Name of the class. */
  override name = "InputError";
  /** Name of the file. */
  readonly file: string;
  /** Byte of the file at which it is wrong, where that is known. */
  readonly offset?: number;
  /** Header field, property or JSON path that is wrong, where that is known. */
  readonly field?: string;

  /** Makes the message "Cannot ACTION FILE: PROBLEM (byte N, field F); MEND". */
  constructor(details: InputErrorDetails) {
    const { file, action = "read", problem, mend, offset, field, cause } = details;
    const place = [
      ...(offset === undefined ? [] : [`byte ${offset}`]),
      ...(field === undefined ? [] : [`field ${field}`]),
    ];
    const where = place.length > 0 ? ` (${place.join(", ")})` : "";
    super(`Cannot ${action} ${file}: ${problem}${where}; ${mend}`, { cause });
    this.file = file;
    if (offset !== undefined) this.offset = offset;
    if (field !== undefined) this.field = field;
  }
}

/** A scan that is malformed, empty, or of an unsupported kind. */
export class ScanError extends InputError {
  /** Name of the class. */
  override name = "ScanError";
}

/** Files that would take more memory than there is for a scan. */
export class MemoryError extends InputError {
  /** Name of the class. */
  override name = "MemoryError";
}

/** What the runtime says where it cannot allocate; the errors have no class of their own. */
const NO_MEMORY =
  /Invalid (array|string|array buffer) length|Invalid typed array length: \d{7}|allocation failed|maximum size exceeded|Cannot create a string longer|larger than \d+ bytes|[Oo]ut of memory/;

/**
 * Replaces an error of the runtime that could not allocate by a {@link MemoryError}, and leaves every other error as it
 * is.
 *
 * @param file name of the file that was being worked on
 * @param action what was being done with it
 */
export function blameMemory(error: unknown, file: string, action: string): unknown {
  if (!(error instanceof RangeError) || !NO_MEMORY.test(error.message)) return error;
  return new MemoryError({
    file,
    action,
    problem: "it takes more memory than the machine or the runtime has",
    mend: "send a smaller one, or cut it",
    cause: error,
  });
}

/** A camera file that is malformed or does not fit its photographs. */
export class CameraError extends InputError {
  /** Name of the class. */
  override name = "CameraError";
}

/** A photograph that is malformed, too large, or of an unsupported kind. */
export class PhotoError extends InputError {
  /** Name of the class. */
  override name = "PhotoError";
}
