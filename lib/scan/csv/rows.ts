/**
 * The points of a text file, one a line.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { Word } from "../fields/answer_columns.ts";
import { textLines } from "../text/text_lines.ts";
import { countOf, type CsvCount, type CsvLayout } from "./layout.ts";
import { isComment, wordsOf } from "./words.ts";

/** A line of a point. */
export interface CsvRow {
  /** The line with its end, one character for each byte. */
  text: string;
  /** One word for each column. */
  words: Word[];
  /** Byte of the file at which it begins. */
  offset: number;
  /** Its number in the file, from 1. */
  line: number;
}

/**
 * Yields the lines of points. Empty lines and comments are passed over, and so are further counts, with which each scan of
 * a PTS begins.
 *
 * @param isSample whether the file may go on: fewer points than it counts are no error, nor is a last line that is cut
 * @throws {ScanError} with line and byte where a line has more or fewer values than columns, or where the file counts its
 *   points and has another number of them
 */
export function* csvRows(
  bytes: Uint8Array,
  layout: CsvLayout,
  file: string,
  isSample = false,
): Generator<CsvRow> {
  const { bodyOffset, lines, delimiter, columns, header } = layout;
  const start = { offset: bodyOffset, lines, newline: "\n" } as const;
  let { count } = layout;
  let rows = 0;
  for (const { text, offset, line } of textLines(bytes, start, file)) {
    const bare = text.trimEnd();
    if (bare === "" || isComment(bare)) continue;
    const points = count && countOf(bare);
    if (count && points !== null) {
      if (count.points !== rows) throw miscount(count, rows, offset, file);
      count = { points, offset, line };
      rows = 0;
      continue;
    }
    const words = wordsOf(bare, delimiter);
    const last = words.at(-1)!;
    if (words.length === columns + 1 && last.start === last.end) words.pop();
    if (words.length !== columns) {
      // The last line of a beginning may be cut.
      if (isSample && offset + text.length === bytes.length) return;
      throw new ScanError({
        file,
        problem: `line ${line} has ${words.length} values where ${
          header ? "the header names" : "the first point has"
        } ${columns}`,
        mend: "write as many values in every line",
        offset,
      });
    }
    rows++;
    yield { text, words, offset, line };
  }
  if (count && count.points !== rows && !isSample) throw miscount(count, rows, bytes.length, file);
}

/** @param end byte after the points */
function miscount({ points, line, offset }: CsvCount, rows: number, end: number, file: string) {
  return new ScanError({
    file,
    problem: `line ${line} counts ${points} points, and ${rows} follow`,
    mend: "send the whole file, or correct the count",
    offset: rows < points ? end : offset,
  });
}

/** Counts the ends of lines from a byte on: there are no more points than that, and one. */
export function countLines(bytes: Uint8Array, from: number): number {
  let lines = 1;
  for (let at = from; at < bytes.length; at++) if (bytes[at] === 0x0a) lines++;
  return lines;
}
