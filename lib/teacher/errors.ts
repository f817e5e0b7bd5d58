/**
 * What is wrong with a teacher's files.
 *
 * @module
 */

/** A model card or ONNX model that cannot be used; `field` names the place in a card. */
export class TeacherError extends SyntaxError {
  override name = "TeacherError";
  constructor(message: string, readonly file: string, readonly field?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
  }
}
