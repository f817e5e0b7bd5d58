/**
 * Which fields of a file hold an answer, in formats whose files name their fields: `label`, `confidence`,
 * `label_original`, and whatever else was asked for, such as `instance`.
 *
 * @module
 */

/** The field that repeats the client's own labels. */
export const ORIGINAL = "label_original";

/** A field of an answer. */
export interface AnswerColumn {
  /** Its name: one that begins with `label_` where the file has such a field of the client's own. */
  name: string;
  /** Which field of the file it is; null where there is none. */
  index: number | null;
}

/** Where an answer stands. */
export interface AnswerColumns {
  /** Which field of the file is `label`; null where it has none. */
  label: number | null;
  /** `confidence` or `label_confidence`. */
  confidence: AnswerColumn;
  /** Where the other values stand. */
  others: AnswerColumn[];
  /** Whether `label_original` is added, for what `label` held. */
  addsOriginal: boolean;
}

/**
 * Finds the fields of an answer.
 *
 * A `confidence` right behind the `label` shows that the file was labelled before: both get new values. A `confidence` at
 * another place is the client's own (3D scanners write one) and is left alone. So is any other field with the name of one of ours,
 * unless it stands behind the confidence of an earlier answer.
 *
 * @param fields of the file; `isFloat` says whether one can hold fractions
 * @param others names of what else the answer holds
 */
export function answerColumns(
  fields: readonly { name: string; isFloat: boolean }[],
  keepLabels: boolean,
  others: readonly string[] = [],
): AnswerColumns {
  const indexOf = (name: string) => {
    const index = fields.findIndex((field) => field.name === name);
    return index < 0 ? null : index;
  };
  const label = indexOf("label");
  const next = label === null ? undefined : fields[label + 1];
  const isOurs = next?.name === "confidence" && next.isFloat;
  const name = indexOf("confidence") !== null && !isOurs ? "label_confidence" : "confidence";
  const confidence = { name, index: indexOf(name) };
  const behind = label === null ? fields.length : confidence.index ?? fields.length;
  return {
    label,
    confidence,
    others: others.map((other) => {
      const index = indexOf(other);
      if (index === null || index > behind) return { name: other, index };
      return { name: `label_${other}`, index: indexOf(`label_${other}`) };
    }),
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
