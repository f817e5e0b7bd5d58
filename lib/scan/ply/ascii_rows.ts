/**
 * Reads the rows of an ASCII PLY body, one line each.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { Warning } from "../warning.ts";
import { type PlyElement, type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";
import { textLines } from "../text/text_lines.ts";
import { elementBehind, isIndexRow, misfitWarning } from "./rows_behind.ts";

/** One row of an ASCII body. */
export interface PlyAsciiRow {
  /** Index into `header.elements`. */
  element: number;
  /** Index of the row within its element. */
  row: number;
  /** The words of the line. */
  words: string[];
  /** The line unchanged; one character per byte. */
  text: string;
  /** Byte of the file at which the line begins. */
  offset: number;
  /** Number of the line in the file, from 1. */
  line: number;
}

/**
 * Yields every row of the body in the order of the file. Each row has as many words as the properties of its element
 * need, and there are as many rows as the header says. Where rows behind the points do not fit, though the header counts
 * the points rightly, the rows end there.
 *
 * @param file name of the scan, for errors
 * @param warnings gets what is doubtful about the rows behind the points
 * @throws {ScanError} with line and byte where words or rows are missing or left over
 */
export function* asciiRows(
  bytes: Uint8Array,
  header: PlyHeader,
  file: string,
  warnings: Warning[],
): Generator<PlyAsciiRow> {
  const behind = elementBehind(header);
  const vertex = vertexOf(header);
  let element = 0;
  let row = 0;
  let lastPoint: string[] = [];
  /** Whether the points are whole and only what follows them is not, which is then said. */
  const isBehind = (problem: string, words?: string[]): boolean => {
    const isAfter = element > header.vertex || (element === header.vertex && row === vertex.count);
    // The first row behind the points is a point itself where the header counts too few.
    const isPoint = words && row === 0 && words.length === lastPoint.length;
    if (!behind || !isAfter || isPoint || isIndexRow(lastPoint, behind, vertex.count)) return false;
    warnings.push(misfitWarning(problem));
    return true;
  };
  const { bodyOffset, lines, newline } = header;
  const start = { offset: bodyOffset, lines, newline };
  for (const { text, offset, line } of textLines(bytes, start, file)) {
    const trimmed = text.trim();
    if (trimmed === "") continue;
    // Elements without rows or properties have no lines.
    while (element < header.elements.length && row >= lineCount(header.elements[element]!)) {
      element++;
      row = 0;
    }
    const current = header.elements[element];
    if (!current) {
      const problem = `line ${line} comes after the last row that the header counts`;
      if (isBehind(problem)) return;
      throw new ScanError({
        file,
        problem,
        mend: "correct the counts in the header, or remove the line",
        offset,
      });
    }
    const words = trimmed.split(/\s+/);
    const needed = wordsNeeded(current.properties, words);
    if (needed !== words.length) {
      const problem = `line ${line} has ${words.length} values where ${current.name} ${row} needs ${
        needed ?? "a whole number of list items"
      }`;
      if (isBehind(problem, words)) return;
      throw new ScanError({
        file,
        problem,
        mend: "write one row per line, as the header says",
        offset,
        field: `element ${current.name}`,
      });
    }
    if (element === header.vertex) lastPoint = words;
    yield { element, row, words, text, offset, line };
    row++;
  }
  for (; element < header.elements.length; element++, row = 0) {
    const { name, count } = header.elements[element]!;
    if (row < lineCount(header.elements[element]!)) {
      const problem = `the file ends after ${row} of ${count} rows of ${name}`;
      if (isBehind(problem)) return;
      throw new ScanError({
        file,
        problem,
        mend: "send the whole file, or correct the count",
        offset: bytes.length,
        field: `element ${name}`,
      });
    }
  }
}

function lineCount({ count, properties }: PlyElement): number {
  return properties.length === 0 ? 0 : count;
}

/** The number of words that a row needs; null where a list count is no whole number. */
function wordsNeeded(properties: readonly PlyProperty[], words: readonly string[]): number | null {
  let at = 0;
  for (const { countType } of properties) {
    if (countType !== null) {
      const items = Number(words[at] ?? "0");
      if (!Number.isInteger(items) || items < 0) return null;
      at += items;
    }
    at++;
  }
  return at;
}
