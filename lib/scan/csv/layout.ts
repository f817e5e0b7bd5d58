/**
 * How a text file of points is laid out, which nothing in it declares: delimiter, names of columns, first point. Covers
 * CSV, XYZ, ASC, the TXT of CloudCompare, which counts the points behind the names, and PTS, which counts them alone.
 *
 * @module
 */
import type { Word } from "../fields/answer_columns.ts";
import { findFields } from "../fields/field_names.ts";
import { charactersOf } from "../text/text_lines.ts";
import { type ColumnName, columnName } from "./column_units.ts";
import { type DecimalMark, decimalMark, isNumber } from "./decimals.ts";

/** What stands between the values of a line; " " means any white space. */
export type Delimiter = "," | ";" | "\t" | " ";

/** The line that names the columns. */
export interface CsvHeader {
  /** Byte of the file at which it begins. */
  offset: number;
  /** The line without its end, one character for each byte. */
  text: string;
  /** Its words, without a mark of comments in front. */
  words: Word[];
}

/** The line that counts the points. */
export interface CsvCount {
  points: number;
  /** Byte of the file at which it begins. */
  offset: number;
  /** Its number in the file, from 1. */
  line: number;
}

/** The layout of a file. */
export interface CsvLayout {
  delimiter: Delimiter;
  decimal: DecimalMark;
  /** Number of columns, at least 3. */
  columns: number;
  /** Names of columns with their units; null where the file does not name them. */
  names: ColumnName[] | null;
  header: CsvHeader | null;
  /** Null where the file does not count its points. */
  count: CsvCount | null;
  /** Byte of the first point. */
  bodyOffset: number;
  /** Number of lines before it. */
  lines: number;
  /** Bytes of the longest line of points among those that were looked at. */
  longest: number;
}

/** Bytes at the beginning of a file that tell its layout. */
const START_BYTES = 2 ** 16;
const COMMENT = /^(?:#|\/\/|%)/;
/** The byte order mark of UTF-8, one character for each byte. */
const MARK = "\u00EF\u00BB\u00BF";

/**
 * Finds the layout of a file by its beginning.
 *
 * @param start the first bytes of the file: 64 KiB, or all that it has
 * @returns null where it is no text with at least three columns of numbers
 */
export function csvLayout(start: Uint8Array): CsvLayout | null {
  const text = charactersOf(start.subarray(0, START_BYTES));
  // Control characters do not occur in text.
  // deno-lint-ignore no-control-regex
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return null;
  let header: { offset: number; text: string } | null = null;
  let count: CsvCount | null = null;
  let offset = 0;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    const at = offset;
    offset += line.length;
    const isMarked = index === 0 && line.startsWith(MARK);
    const bare = line.trimEnd().slice(isMarked ? MARK.length : 0);
    if (bare.trim() === "") continue;
    const from = at + (isMarked ? MARK.length : 0);
    if (COMMENT.test(bare.trimStart())) {
      header = { offset: from, text: bare };
      continue;
    }
    const points: number | null = count === null ? countOf(bare) : null;
    if (points !== null) {
      count = { points, offset: from, line: index + 1 };
      continue;
    }
    const delimiter = delimiterOf(bare);
    const words = wordsOf(bare, delimiter);
    if (numbersOf(bare, delimiter) === 0) {
      // A second line without any number is no header.
      if (header && !COMMENT.test(header.text.trimStart())) return null;
      header = { offset: from, text: bare };
      continue;
    }
    const named = header && namesOf(header, delimiter, words.length);
    const columns = named?.words.length ?? withoutEmptyEnd(words).length;
    if (columns < 3) return null;
    if (header && !named && !COMMENT.test(header.text.trimStart())) return null;
    return {
      delimiter,
      decimal: decimalMark(textsOf(text.slice(from), delimiter)),
      columns,
      names: named && named.names,
      header: named && { ...header!, words: named.words },
      count,
      bodyOffset: from,
      lines: index,
      longest: longestLine(text, from, start.length > START_BYTES || text.endsWith("\n")),
    };
  }
  return null;
}

/** The number of points that a line counts; null where it is no single whole number. */
export function countOf(line: string): number | null {
  return /^\s*\d{1,15}\s*$/.test(line) ? Number(line) : null;
}

/** Extensions of text files of points. */
export const TEXT_EXTENSION = /\.(csv|xyz|asc|pts|txt)$/i;

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
function withoutEmptyEnd(words: readonly Word[]): readonly Word[] {
  const last = words.at(-1);
  return last && last.start === last.end ? words.slice(0, -1) : words;
}

function delimiterOf(line: string): Delimiter {
  const [first, ...others] = ([";", ",", "\t", " "] as const).filter((delimiter) =>
    line.includes(delimiter)
  );
  // Of `1,5 2,5 3,5` only the first and the last are numbers between commas.
  const isDecimal = first === "," && others.length > 0 && numbersOf(line, ",") < 3 &&
    numbersOf(line, others[0]!) >= 3;
  return (isDecimal ? others[0] : first) ?? " ";
}

function numbersOf(line: string, delimiter: Delimiter): number {
  return textsOf(line, delimiter).filter(isNumber).length;
}

/** The words of lines, without quotes. */
function textsOf(lines: string, delimiter: Delimiter): string[] {
  return lines.split("\n").filter((line) => !COMMENT.test(line.trimStart())).flatMap((line) =>
    wordsOf(line, delimiter).map(({ start, end }) => unquoted(line.slice(start, end)))
  );
}

/** The names in a line, where there are as many as columns, and positions among them. */
function namesOf(
  { text }: { text: string },
  delimiter: Delimiter,
  columns: number,
): { words: Word[]; names: ColumnName[] } | null {
  // Comments begin with their mark, with or without white space behind it.
  const mark = /^\s*(?:#+|\/\/|%+)?\s*/.exec(text)![0].length;
  for (const between of new Set<Delimiter>([delimiter, delimiterOf(text), " "])) {
    const words = withoutEmptyEnd(wordsOf(text.slice(mark), between)).map(({ start, end }) => ({
      start: start + mark,
      end: end + mark,
    }));
    const names = words.map(({ start, end }) =>
      columnName(unquoted(text.slice(start, end)).trim())
    );
    const fits = words.length === columns || words.length === columns - 1;
    if (fits && findFields(names).position) return { words, names };
  }
  return null;
}

function longestLine(text: string, from: number, isWhole: boolean): number {
  const lines = text.slice(from).split("\n");
  // The last one may be cut.
  if (isWhole && lines.length > 1) lines.pop();
  return 1 + lines.reduce((most, { length }) => Math.max(most, length), 0);
}
