/**
 * Which fields of a file hold an answer, in formats whose files name their fields: `label`, `confidence` and
 * `label_original`.
 *
 * @module
 */

/** The field that repeats the client's own labels. */
export const ORIGINAL = "label_original";

/** Where an answer stands. */
export interface AnswerColumns {
  /** Which field of the file is `label`; null where it has none. */
  label: number | null;
  confidence: {
    /** `confidence`; or `label_confidence`, where the file has a `confidence` of the client's own. */
    name: string;
    /** Which field of the file it is; null where there is none. */
    index: number | null;
  };
  /** Whether `label_original` is added, for what `label` held. */
  addsOriginal: boolean;
}

/**
 * Finds the fields of an answer.
 *
 * A `confidence` right behind the `label` shows that the file was labelled before: both get new values. A `confidence` at
 * another place is the client's own (3D scanners write one) and is left alone.
 *
 * @param fields of the file; `isFloat` says whether one can hold fractions
 */
export function answerColumns(
  fields: readonly { name: string; isFloat: boolean }[],
  keepLabels: boolean,
): AnswerColumns {
  const indexOf = (name: string) => {
    const index = fields.findIndex((field) => field.name === name);
    return index < 0 ? null : index;
  };
  const label = indexOf("label");
  const next = label === null ? undefined : fields[label + 1];
  const isOurs = next?.name === "confidence" && next.isFloat;
  const name = indexOf("confidence") !== null && !isOurs ? "label_confidence" : "confidence";
  return {
    label,
    confidence: { name, index: indexOf(name) },
    addsOriginal: keepLabels && label !== null && indexOf(ORIGINAL) === null,
  };
}

/** A word of a line. */
export interface Word {
  /** Where it begins. */
  start: number;
  /** Where it ends. */
  end: number;
}

/**
 * Writes values into a line of text.
 *
 * @param text the line
 * @param words its words
 * @param replaced new texts by the number of their word
 * @param added texts behind the last word, each with the delimiter before it
 */
export function labelledLine(
  text: string,
  words: readonly Word[],
  replaced: ReadonlyMap<number, string>,
  added: string,
): string {
  let out = "";
  let from = 0;
  for (const [index, { start, end }] of words.entries()) {
    const value = replaced.get(index);
    if (value === undefined) continue;
    out += text.slice(from, start) + value;
    from = end;
  }
  const last = words.at(-1)!.end;
  return out + text.slice(from, last) + added + text.slice(last);
}
