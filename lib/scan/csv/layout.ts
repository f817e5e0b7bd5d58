/**
 * How a text file of points is laid out, which nothing in it declares: delimiter, names of columns, first point. Covers
 * CSV, XYZ, ASC, the TXT of CloudCompare, which counts the points behind the names, and PTS, which counts them alone.
 *
 * @module
 */
import { charactersOf } from "../text/text_lines.ts";
import { utf8Bytes } from "../text/utf16.ts";
import { type DecimalMark, decimalMark } from "./decimals.ts";
import { type CsvHeader, headerOf, type HeadLine } from "./header.ts";
import { fewColumns, noPoints, noPositions, secondHeader, type TextFault } from "./text_fault.ts";
import {
  type Delimiter,
  delimiterOf,
  isComment,
  numbersOf,
  textsOf,
  withoutEmptyEnd,
  wordsOf,
} from "./words.ts";

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
  /** Null where the file does not name its columns. */
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
/** The byte order mark of UTF-8, one character for each byte. */
const MARK = "\u00EF\u00BB\u00BF";

/**
 * Finds the layout of a file by its beginning.
 *
 * @param start the first bytes of the file: 64 KiB, or all that it has; those of UTF-16 are counted as in UTF-8
 * @returns null where it is no text with at least three columns of numbers
 */
export function csvLayout(start: Uint8Array): CsvLayout | null {
  const found = layoutOrFault(start);
  return found && "columns" in found ? found : null;
}

/** Finds the layout of a file, or what a text lacks; null where it is no text. */
export function layoutOrFault(start: Uint8Array): CsvLayout | TextFault | null {
  const text = charactersOf(utf8Bytes(start.subarray(0, START_BYTES)));
  // Control characters do not occur in text.
  // deno-lint-ignore no-control-regex
  if (/[\0-\x08\x0e-\x1f]/.test(text)) return null;
  const before: HeadLine[] = [];
  let first: HeadLine | null = null;
  let second: HeadLine | null = null;
  let count: CsvCount | null = null;
  let offset = 0;
  for (const [index, line] of text.split(/(?<=\n)/).entries()) {
    const at = offset;
    offset += line.length;
    const isMarked = index === 0 && line.startsWith(MARK);
    const bare = line.trimEnd().slice(isMarked ? MARK.length : 0);
    if (bare.trim() === "") continue;
    const from = at + (isMarked ? MARK.length : 0);
    const here: HeadLine = { offset: from, line: index + 1, text: bare };
    first ??= here;
    if (isComment(bare)) {
      before.push(here);
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
      if (before.some(({ text }) => !isComment(text))) second ??= here;
      else before.push(here);
      continue;
    }
    const header = headerOf(before, delimiter, words);
    const columns = header?.words.length ?? withoutEmptyEnd(words).length;
    if (columns < 3) return fewColumns(here);
    const bareHeader = before.find(({ text }) => !isComment(text));
    if (bareHeader && !header) return noPositions(bareHeader, here);
    if (second) return secondHeader(second);
    return {
      delimiter,
      decimal: decimalMark(textsOf(text.slice(from), delimiter)),
      columns,
      header,
      count,
      bodyOffset: from,
      lines: index,
      longest: longestLine(text, from, start.length > START_BYTES || text.endsWith("\n")),
    };
  }
  return first && noPoints(first);
}

/** The number of points that a line counts; null where it is no single whole number. */
export function countOf(line: string): number | null {
  return /^\s*\d{1,15}\s*$/.test(line) ? Number(line) : null;
}

/** Extensions of text files of points. */
export const TEXT_EXTENSION = /\.(csv|xyz|asc|pts|txt)$/i;

function longestLine(text: string, from: number, isWhole: boolean): number {
  const lines = text.slice(from).split("\n");
  // The last one may be cut.
  if (isWhole && lines.length > 1) lines.pop();
  return 1 + lines.reduce((most, { length }) => Math.max(most, length), 0);
}
