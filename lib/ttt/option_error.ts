/**
 * The error of settings that a client or a command line gave.
 *
 * @module
 */

/** A setting has a value that it cannot have. */
export class OptionError extends RangeError {
  /** Name of the class. */
  override name = "OptionError";
  /** Name of the setting. */
  readonly field: string;

  /** Makes the error of one setting; `field` is its name. */
  constructor(message: string, field: string) {
    super(message);
    this.field = field;
  }
}
