/**
 * The line that names the columns: the last one before the points without numbers, or else a comment among them.
 *
 * @module
 */
import type { Word } from "../fields/answer_columns.ts";
import { findFields } from "../fields/field_names.ts";
import { type ColumnName, columnName } from "./column_units.ts";
import {
  type Delimiter,
  delimiterOf,
  isComment,
  unquoted,
  withoutEmptyEnd,
  wordsOf,
} from "./words.ts";

/** A line before the points. */
export interface HeadLine {
  /** Byte of the file at which it begins. */
  offset: number;
  /** Its number in the file, from 1. */
  line: number;
  /** The line without its end, one character for each byte. */
  text: string;
}

/** The line that names the columns. */
export interface CsvHeader extends HeadLine {
  /** Its words, without a mark of comments in front. */
  words: Word[];
  /** Names of columns with their units. */
  names: ColumnName[];
}

/**
 * Finds the line that names the columns.
 *
 * @param lines comments and other lines before the points, none of which has a number
 * @param point the words of the first point
 * @returns null where none names positions, and as many columns as there are
 */
export function headerOf(
  lines: readonly HeadLine[],
  delimiter: Delimiter,
  point: readonly Word[],
): CsvHeader | null {
  const bare = lines.filter(({ text }) => !isComment(text));
  // What a comment says can be chance, so it has to name all columns.
  const least = bare.length > 0 ? point.length - 1 : withoutEmptyEnd(point).length;
  for (const line of bare.length > 0 ? bare : lines.toReversed()) {
    const found = namesOf(line, delimiter, [least, point.length]);
    if (found) return { ...line, ...found };
  }
  return null;
}

/** The names in a line, where there are as many as columns, and positions among them. */
function namesOf(
  { text }: HeadLine,
  delimiter: Delimiter,
  counts: readonly number[],
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
    if (counts.includes(words.length) && findFields(names).position) return { words, names };
  }
  return null;
}
