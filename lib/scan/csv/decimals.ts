/**
 * Numbers with a point or a comma before their fraction: Excel, CloudCompare and many others write what the language of
 * the system has.
 *
 * @module
 */
import { asciiNumber } from "../text/text_lines.ts";

/** What stands before the fraction of a number. */
export type DecimalMark = "." | ",";

const COMMA = /^[+-]?\d*,\d+(?:e[+-]?\d+)?$/i;
const POINT = /^[+-]?(?:\d+\.\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** The mark of a file: a comma where numbers have it, and none has a point, which may be one between thousands. */
export function decimalMark(words: readonly string[]): DecimalMark {
  return words.some((word) => COMMA.test(word)) && !words.some((word) => POINT.test(word))
    ? ","
    : ".";
}

/** Tells whether a word is a number, with either mark. */
export function isNumber(word: string): boolean {
  return word !== "" && (asciiNumber(word) !== null || COMMA.test(word));
}

/** A word with a point for the mark; one that has a point where a comma belongs is no number afterwards. */
export function pointed(word: string, decimal: DecimalMark): string {
  if (decimal === ".") return word;
  return word.replace(/[.,]/g, (mark) => mark === "," ? "." : ",");
}

/** The number of a word; NaN where a value is missing, and null where it is none. */
export function numberOf(word: string, decimal: DecimalMark): number | null {
  return word === "" ? NaN : asciiNumber(pointed(word, decimal));
}

/** A number as text with the mark of its file, in quotes where commas stand between values as well. */
export function written(
  number: string,
  { decimal, delimiter }: { decimal: DecimalMark; delimiter: string },
): string {
  if (decimal === "." || !number.includes(".")) return number;
  const word = number.replace(".", ",");
  return delimiter === "," ? `"${word}"` : word;
}
