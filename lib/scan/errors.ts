/**
 * What can be wrong with a client's files, as one family of errors: every malformed scan, camera file or
 * photograph ends in an {@link InputError} that names the file, the byte or field, and the mend.
 *
 * @module
 */

/** What an {@link InputError} is made of. */
export interface InputErrorDetails {
  /** Name of the file as the client gave it. */
  file: string;
  /** What could not be done with it; "read" if left out. */
  action?: string;
  /** What is wrong, without a closing period. */
  problem: string;
  /** What the client can do about it. */
  mend: string;
  /** Byte of the file at which it is wrong. */
  offset?: number;
  /** Name of the header field, property or JSON path that is wrong. */
  field?: string;
  /** The error underneath, where a library gave one. */
  cause?: unknown;
}

/** A file from outside is not what it should be. */
export class InputError extends SyntaxError {
  override name = "InputError";
  /** Name of the file. */
  readonly file: string;
  /** Byte of the file at which it is wrong, where that is known. */
  readonly offset?: number;
  /** Header field, property or JSON path that is wrong, where that is known. */
  readonly field?: string;

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

/** A scan (LAS, LAZ or PLY) is malformed, empty, or of a kind that cannot be handled. */
export class ScanError extends InputError {
  override name = "ScanError";
}

/** A camera file is malformed or does not fit its photographs. */
export class CameraError extends InputError {
  override name = "CameraError";
}

/** A photograph is malformed, too large, or of a kind that cannot be handled. */
export class PhotoError extends InputError {
  override name = "PhotoError";
}
