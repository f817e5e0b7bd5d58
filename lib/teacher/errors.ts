/**
 * The error of everything that can be wrong with a teacher's files.
 *
 * @module
 */

/** Where a {@link TeacherError} comes from. */
export interface TeacherErrorSource {
  /** Path or name of the card or the ONNX model. */
  readonly file: string;
  /** Field of the card that is wrong. */
  readonly field?: string | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** A model card or an ONNX model that cannot be used. */
export class TeacherError extends SyntaxError {
  /** `TeacherError`. */
  override name = "TeacherError";
  /** Path or name of the card or the ONNX model. */
  readonly file: string;
  /** Field of the card that is wrong, where one is. */
  readonly field: string | undefined;

  /** @param message the whole message: what cannot be done, why, and what to do */
  constructor(message: string, { file, field, cause }: TeacherErrorSource) {
    super(message, cause === undefined ? undefined : { cause });
    this.file = file;
    this.field = field;
  }
}
