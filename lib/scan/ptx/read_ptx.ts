/**
 * Reads PTX, the text in which Leica Cyclone and FARO SCENE export ordered scans: for each scan ten lines that say how
 * many columns and rows it has, where the scanner stood, and how its points come into the coordinates of the file; then
 * a line for each of them.
 *
 * Source: Paul Bourke, "ptx plain text data format", with the header as Leica Geosystems describes it.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { asciiNumber, charactersOf, type TextLine, textLines } from "../text/text_lines.ts";

/** A scan of a file. */
export interface PtxScan {
  columns: number;
  rows: number;
  /** Where the scanner stood, in the coordinates of the file. */
  position: number[];
  /** Four by four, row after row: a point is multiplied from its left, [x y z 1]. */
  matrix: number[];
  /** Numbers of each point: x, y, z, intensity; where there are seven, also red, green and blue. */
  width: 4 | 7;
  /** [columns × rows][width] as stored. */
  values: Float64Array;
}

/** A line that is not empty. */
interface PtxLine extends TextLine {
  words: string[];
}

/** Bytes of a point at least: four digits, with what stands between them. */
const LEAST_POINT_BYTES = 8;
/** Bytes in which the lines lie by which a file is known. */
const START_BYTES = 1000;
/** By how much the last column of a matrix may differ from 0, 0, 0, 1. */
const ROUNDING = 1e-6;
const NUMBER = String.raw`[-+]?[.\d]\S*`;
const START = new RegExp(
  String
    .raw`^\s*\d+[ \t]*\r?\n\s*\d+[ \t]*\r?\n\s*${NUMBER}[ \t]+${NUMBER}[ \t]+${NUMBER}[ \t]*\r?\n`,
);

/** Tells whether a file begins like PTX: two whole numbers on lines of their own, then a position. */
export function isPtx(start: Uint8Array): boolean {
  return START.test(charactersOf(start.subarray(0, START_BYTES)));
}

/**
 * Reads all scans of a file.
 *
 * @param file its name, for errors
 * @throws {ScanError} with the line that is wrong
 */
export function readPtx(bytes: Uint8Array, file: string): PtxScan[] {
  const lines = linesOf(bytes, file);
  const scans: PtxScan[] = [];
  for (;;) {
    const first = lines.next();
    if (first.done) return scans;
    scans.push(new PtxReader(lines, bytes.length, file, scans.length).scan(first.value));
  }
}

function* linesOf(bytes: Uint8Array, file: string): Generator<PtxLine, void> {
  const start = { offset: 0, lines: 0, newline: "\n" } as const;
  for (const line of textLines(bytes, start, file)) {
    const words = line.text.trim().split(/\s+/);
    if (words[0] !== "") yield { ...line, words };
  }
}

/** Reads the lines of one scan. */
class PtxReader {
  readonly #lines: Generator<PtxLine, void>;
  readonly #size: number;
  readonly #file: string;
  readonly #index: number;

  /** @param index of the scan, for errors */
  constructor(lines: Generator<PtxLine, void>, size: number, file: string, index: number) {
    this.#lines = lines;
    this.#size = size;
    this.#file = file;
    this.#index = index;
  }

  scan(first: PtxLine): PtxScan {
    const columns = this.#count(first, "the number of columns");
    const second = this.#next("the number of rows");
    const rows = this.#count(second, "the number of rows");
    const count = columns * rows;
    if (count * LEAST_POINT_BYTES > this.#size - second.offset) {
      const mend = "send the whole file, or correct the counts";
      throw this.#fault(second, `counts ${count} points, which do not fit into the file`, mend);
    }
    const position = this.#numbers("the position of the scanner", [3]);
    for (const axis of ["x", "y", "z"]) this.#numbers(`axis ${axis} of the scanner`, [3]);
    const matrix = [0, 1, 2, 3].flatMap((row) => this.#matrixRow(row));
    const start = count === 0 ? null : this.#numbers(`point 1 of ${count}`, [4, 7]);
    const width = start?.length === 7 ? 7 : 4;
    const values = new Float64Array(width * count);
    values.set(start ?? []);
    for (let i = 1; i < count; i++) {
      values.set(this.#numbers(`point ${i + 1} of ${count}`, [width]), width * i);
    }
    return { columns, rows, position, matrix, width, values };
  }

  #matrixRow(row: number): number[] {
    const what = `row ${row + 1} of the matrix`;
    const line = this.#next(what);
    const numbers = this.#numbersOf(line, what, [4]);
    const end = row < 3 ? 0 : 1;
    if (Math.abs(numbers[3]! - end) <= ROUNDING) return numbers;
    throw this.#fault(
      line,
      `has ${numbers[3]} where ${what} ends with ${end}`,
      "write the shift into the last row",
    );
  }

  #count(line: PtxLine, what: string): number {
    const [word] = line.words;
    if (line.words.length === 1 && /^\d{1,9}$/.test(word!)) return Number(word);
    const mend = "write as many points as the scan before it counts, or correct its counts";
    throw this.#fault(line, `has '${line.text.trim().slice(0, 40)}' where ${what} belongs`, mend);
  }

  /** The numbers of the next line, of which there have to be as many as one of `widths`. */
  #numbers(what: string, widths: readonly number[]): number[] {
    return this.#numbersOf(this.#next(what), what, widths);
  }

  #numbersOf(line: PtxLine, what: string, widths: readonly number[]): number[] {
    const { words } = line;
    if (!widths.includes(words.length)) {
      throw this.#fault(
        line,
        `has ${words.length} values where ${what} has ${widths.join(" or ")}`,
        "write every line of a scan with as many values, or correct its counts",
      );
    }
    return words.map((word) => {
      const value = asciiNumber(word);
      if (value !== null) return value;
      throw this.#fault(
        line,
        `has '${word.slice(0, 40)}' where a number belongs`,
        "write numbers like 1.5 or -2e3, with a point",
      );
    });
  }

  #next(what: string): PtxLine {
    const next = this.#lines.next();
    if (!next.done) return next.value;
    throw new ScanError({
      file: this.#file,
      problem: `the file ends before ${what} of scan ${this.#index + 1}`,
      mend: "send the whole file, or correct the counts",
      offset: this.#size,
    });
  }

  #fault({ line, offset }: PtxLine, problem: string, mend: string): ScanError {
    return new ScanError({ file: this.#file, problem: `line ${line} ${problem}`, mend, offset });
  }
}
