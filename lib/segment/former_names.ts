/**
 * Names that options and reports had before version 2.0 of the HTTP interface. A program that was written then goes on working:
 * its options are taken for what they are called now, with a warning, and its report has the former field beside the new one.
 * This is the one file that knows these names.
 *
 * @module
 */
import type { Warning } from "../scan/mod.ts";
import { OptionError } from "../ttt/option_error.ts";

/** Options by their former names. */
const OPTIONS: Readonly<Record<string, string>> = {
  copies: "augmentations",
  agreement: "consistency",
  views: "viewSource",
};

/** Values of options by their former names; options by the names that they have now. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  stop: { level: "source-loss", views: "held-out" },
  viewSource: { own: "photographs" },
};

/** An option that a client called by a former name. */
export interface FormerOption {
  /** Its name in the request. */
  readonly field: string;
  /** What the request said, such as `copies`, or `stop: level`. */
  readonly former: string;
  /** What it is called now. */
  readonly now: string;
}

/** What a report has beside its usual fields where the request had a former name. */
export interface FormerFields {
  /** The same as `losses`. */
  kdLoss?: number[];
}

/** Name of the field of {@link FormerFields}. */
export const FORMER_LOSSES = "kdLoss" satisfies keyof FormerFields;

/**
 * Puts the names of today in place of former ones.
 *
 * @param given what a client sent, by name.
 * @throws {OptionError} where one option is there by both of its names.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { options, former } = currentNames({ stop: "level" });
 * assert.deepEqual(options, { stop: "source-loss" });
 * assert.deepEqual(former, [{ field: "stop", former: "stop: level", now: "stop: source-loss" }]);
 * ```
 */
export function currentNames(
  given: Readonly<Record<string, unknown>>,
): { options: Record<string, unknown>; former: FormerOption[] } {
  const former: FormerOption[] = [];
  const options: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(given)) {
    const name = Object.hasOwn(OPTIONS, field) ? OPTIONS[field]! : field;
    if (name !== field) {
      if (given[name] !== undefined) {
        throw new OptionError(
          `Cannot set ${field} and ${name}: they are one option; leave out ${field}, its former name`,
          field,
        );
      }
      former.push({ field, former: field, now: name });
    }
    const values = Object.hasOwn(VALUES, name) ? VALUES[name]! : {};
    const isFormer = typeof value === "string" && Object.hasOwn(values, value);
    options[name] = isFormer ? values[value] : value;
    if (isFormer) {
      former.push({ field, former: `${field}: ${value}`, now: `${name}: ${values[value]}` });
    }
  }
  return { options, former };
}

/** Says which options a client calls by former names. */
export function formerNameWarnings(options: readonly FormerOption[]): Warning[] {
  return options.map(({ field, former, now }) => ({
    code: "former-name",
    text:
      `${former} is a name from before version 2.0; it was taken as ${now}, and should be written so`,
    field,
  }));
}
