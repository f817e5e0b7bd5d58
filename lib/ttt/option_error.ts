/** A setting that cannot be; `field` names it. */
export class OptionError extends RangeError {
  override name = "OptionError";
  constructor(message: string, readonly field: string) {
    super(message);
  }
}
