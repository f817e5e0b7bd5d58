/**
 * The error of settings that a client or a command line gave.
 *
 * @module
 */

/** A setting has a value that it cannot have. */
export class OptionError extends RangeError {
  override name = "OptionError";
  /** Name of the setting. */
  readonly field: string;

  /** @param field name of the setting. */
  constructor(message: string, field: string) {
    super(message);
    this.field = field;
  }
}
