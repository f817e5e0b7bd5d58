/**
 * From the issues of zod to one {@link Violation}.
 *
 * The message of an issue (`error` in a schema) says what to do: "write a number above 0". Where a schema has none, it
 * follows from the schema's kind and bounds. What is wrong follows from the value, unless a check states it with
 * {@link issueAt}.
 *
 * @module
 */
import { z } from "zod";
import { fieldPath, shown } from "./field.ts";

/** What a schema has against a value. */
export interface Violation {
  /** Place in the value, like `images[3].fx`; left out where the value as a whole is wrong. */
  readonly field?: string;
  /** What is wrong, without a closing period. */
  readonly problem: string;
  /** What to do about it. */
  readonly mend: string;
}

type RawIssue = z.core.$ZodRawIssue;

/** Most violations that are told at once: a hostile file must not fill a page. */
const MOST_VIOLATIONS = 20;

/**
 * Gives the value that a schema accepts, with its defaults filled in.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { z } from "zod";
 * import { validate, violationText } from "./violation.ts";
 *
 * const schema = z.object({ width: z.number().positive() });
 * const fail = (wrong: Parameters<typeof violationText>[0]) => new RangeError(violationText(wrong));
 * assert.deepEqual(validate(schema, { width: 2 }, fail), { width: 2 });
 * assert.throws(
 *   () => validate(schema, { width: -3 }, fail, ["cameras", 1]),
 *   { message: "width is -3 (field cameras[1].width); write a number above 0" },
 * );
 * ```
 *
 * @param fail makes the error to throw of the first violation
 * @param at place of the value in the file, if it is a part of it
 */
export function validate<S extends z.core.$ZodType>(
  schema: S,
  value: unknown,
  fail: (violation: Violation, all: readonly Violation[]) => Error,
  at: readonly (string | number)[] = [],
): z.output<S> {
  const parsed = z.safeParse(schema, value, { reportInput: true, error: mendOf });
  if (parsed.success) return parsed.data;
  const all = parsed.error.issues.slice(0, MOST_VIOLATIONS).map((issue) => violationOf(issue, at));
  throw fail(all[0]!, all);
}

/** Writes a violation out: what is wrong, where, and what to do. */
export function violationText({ field, problem, mend }: Violation): string {
  return `${problem}${field === undefined ? "" : ` (field ${field})`}; ${mend}`;
}

/** Writes several violations out, one after the other. */
export function violationsText(violations: readonly Violation[]): string {
  return violations.map(violationText).join(". Also, ");
}

/**
 * Makes a check of how members of an object fit each other. It runs where these members are right by themselves,
 * whatever else is wrong, so that all faults are found at once.
 *
 * @param names of the members.
 * @param check gets the object, and a function that takes what {@link issueAt} takes.
 */
export function fitting<T extends object>(
  names: readonly (keyof T & string)[],
  check: (value: T, refuse: (...issue: Parameters<typeof issueAt>) => void) => void,
): z.core.$ZodCheck<T> {
  const made = z.check<T>(({ value, issues }) =>
    check(value, (...issue) => issues.push({ ...issueAt(...issue), input: value }))
  );
  // An issue without a path concerns the object as a whole.
  made._zod.def.when = ({ issues }) =>
    issues.every(({ path = [] }) => path.length > 0 && !names.some((name) => path[0] === name));
  return made;
}

/** Makes an issue for the `check` or `superRefine` of a schema that says itself what is wrong and what to do. */
export function issueAt(
  path: readonly (string | number)[],
  problem: string,
  mend: string,
): { code: "custom"; path: (string | number)[]; message: string; params: { problem: string } } {
  return { code: "custom", path: [...path], message: mend, params: { problem } };
}

function violationOf(issue: z.core.$ZodIssue, at: readonly (string | number)[]): Violation {
  const inner = [...at, ...issue.path];
  const make = (path: readonly PropertyKey[], problem: string, mend: string): Violation => {
    const field = fieldPath(path);
    return { ...(field === "" ? {} : { field }), problem, mend };
  };
  switch (issue.code) {
    case "unrecognized_keys": {
      const name = issue.keys[0]!;
      return make([...inner, name], `there is no field ${name}`, "correct its name or remove it");
    }
    case "invalid_key":
      return make(inner, `${shown(issue.input)} is no name here`, issue.issues[0]!.message);
    case "custom":
      if (typeof issue.params?.problem === "string") {
        return make(inner, issue.params.problem, issue.message);
      }
  }
  return make(inner, `${nameOf(inner)} is ${shown(issue.input)}`, issue.message);
}

/** The last part of a place as the subject of a sentence. */
function nameOf(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (last === undefined) return "it";
  return typeof last === "number" ? `entry ${last}` : String(last);
}

const KINDS: Readonly<Record<string, string>> = {
  number: "a finite number",
  int: "a whole number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  tuple: "a list",
  object: "an object",
  record: "an object",
};

/** What to do about an issue of a schema that does not say it itself. */
function mendOf(issue: RawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `write ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `write ${issue.values.length > 1 ? "one of " : ""}${issue.values.join(", ")}`;
    case "too_small":
      return bound(issue, Number(issue.minimum), issue.inclusive === false ? "above" : "at least");
    case "too_big":
      return bound(issue, Number(issue.maximum), issue.inclusive === false ? "below" : "at most");
  }
  return "correct it";
}

/** A bound on a number, or on the length of a text or a list. */
function bound({ origin, exact }: { origin: string; exact?: boolean }, by: number, how: string) {
  if (origin !== "array" && origin !== "string") {
    return `write a number ${how.replace("at ", "of at ")} ${by}`;
  }
  const [one, many] = origin === "array" ? ["entry", "entries"] : ["character", "characters"];
  return `write ${exact ? "" : `${how} `}${by} ${by === 1 ? one : many}`;
}
