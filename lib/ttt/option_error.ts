/**
 * The error of settings that a client or a command line gave.
 *
 * @module
 */
import { nearestName, shown } from "../validation/mod.ts";

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

/**
 * Makes the error of a setting that there is not.
 *
 * @param where in which there is none of that name, such as "method bn"
 * @param known names of those that there are
 * @param mend what else to do, if anything
 */
export function unknownOption(
  name: string,
  where: string,
  known: readonly string[],
  mend?: string,
): OptionError {
  const nearest = nearestName(name, known);
  const meant = nearest === null ? "" : ` (did you mean ${nearest}?)`;
  const listed = `the options of ${where} are ${known.join(", ")}`;
  return new OptionError(
    `Cannot set ${shown(name)}${meant}: ${listed}${mend === undefined ? "" : `; ${mend}`}`,
    name,
  );
}
