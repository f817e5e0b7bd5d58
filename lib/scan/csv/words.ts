/**
 * The lines of a text file taken apart: comments, delimiters, words.
 *
 * @module
 */
import type { Word } from "../fields/answer_columns.ts";
import { isNumber } from "./decimals.ts";

/** What stands between the values of a line; " " means any white space. */
export type Delimiter = "," | ";" | "\t" | " ";

/** Tells whether a line is a comment. */
export function isComment(line: string): boolean {
  return /^\s*(?:#|\/\/|%)/.test(line);
}

/** The words of a line; one that ends with a delimiter has an empty last one. */
export function wordsOf(text: string, delimiter: Delimiter): Word[] {
  if (delimiter === " ") {
    return [...text.matchAll(/\S+/g)].map((word) => ({
      start: word.index,
      end: word.index + word[0].length,
    }));
  }
  const words: Word[] = [];
  let start = 0;
  let isQuoted = false;
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (character === '"') isQuoted = !isQuoted;
    if (at < text.length && (isQuoted || character !== delimiter)) continue;
    const word = text.slice(start, at);
    const lead = word.length - word.trimStart().length;
    words.push({ start: start + lead, end: start + Math.max(lead, word.trimEnd().length) });
    start = at + 1;
  }
  return words;
}

/** A word without the quotes around it. */
export function unquoted(word: string): string {
  return /^".*"$/s.test(word) ? word.slice(1, -1).replaceAll('""', '"') : word;
}

/** Words without an empty one at the end, which a closing delimiter makes. */
export function withoutEmptyEnd(words: readonly Word[]): readonly Word[] {
  const last = words.at(-1);
  return last && last.start === last.end ? words.slice(0, -1) : words;
}

/** What stands between the values of a line: the first of `;`, `,`, tab and space that it has, unless commas are decimal. */
export function delimiterOf(line: string): Delimiter {
  const [first, ...others] = ([";", ",", "\t", " "] as const).filter((delimiter) =>
    line.includes(delimiter)
  );
  // Of `1,5 2,5 3,5` only the first and the last are numbers between commas.
  const isDecimal = first === "," && others.length > 0 && numbersOf(line, ",") < 3 &&
    numbersOf(line, others[0]!) >= 3;
  return (isDecimal ? others[0] : first) ?? " ";
}

/** How many words of a line are numbers. */
export function numbersOf(line: string, delimiter: Delimiter): number {
  return textsOf(line, delimiter).filter(isNumber).length;
}

/** The words of lines that are no comments, without quotes. */
export function textsOf(lines: string, delimiter: Delimiter): string[] {
  return lines.split("\n").filter((line) => !isComment(line)).flatMap((line) =>
    wordsOf(line, delimiter).map(({ start, end }) => unquoted(line.slice(start, end)))
  );
}
