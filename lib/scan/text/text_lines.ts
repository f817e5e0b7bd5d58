/**
 * The lines of a text file, decoded in blocks, so that a large file is never held as one string; and the numbers in them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ScanError } from "../errors.ts";

/** One line of a text. */
export interface TextLine {
  /** The line with its end; one character for each byte. */
  text: string;
  /** Byte of the file at which it begins. */
  offset: number;
  /** Its number in the file, from 1. */
  line: number;
}

/** Where lines begin. */
export interface TextStart {
  /** Byte of the first line. */
  offset: number;
  /** Number of lines before it. */
  lines: number;
  /** What ends a line: "\r" alone, or anything that ends with "\n". */
  newline: "\n" | "\r\n" | "\r";
}

/** Bytes that are decoded at a time, and so the most of a line: a file of one line would become millions of words. */
const BLOCK = 1 << 20;

/**
 * Yields the lines of a file.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where a line is longer than a block
 */
export function* textLines(
  bytes: Uint8Array,
  { offset, lines, newline }: TextStart,
  file: string,
): Generator<TextLine> {
  const end = newline === "\r" ? "\r" : "\n";
  const code = end.charCodeAt(0);
  let line = lines;
  let start = offset;
  while (start < bytes.length) {
    const isLast = bytes.length - start <= BLOCK;
    const stop = isLast ? bytes.length : bytes.lastIndexOf(code, start + BLOCK - 1) + 1;
    if (stop <= start) {
      throw new ScanError({
        file,
        problem: `line ${line + 1} is longer than ${BLOCK} bytes`,
        mend: "write one row per line",
        offset: start,
      });
    }
    const text = charactersOf(bytes.subarray(start, stop));
    for (let at = 0; at < text.length;) {
      const found = text.indexOf(end, at);
      const next = found < 0 ? text.length : found + 1;
      line++;
      yield { text: text.slice(at, next), offset: start + at, line };
      at = next;
    }
    start = stop;
  }
}

/**
 * Text with one character for each byte, so that places in it are bytes. (`TextDecoder("latin1")` is windows-1252, from
 * which bytes cannot be told any more.)
 */
export function charactersOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** The bytes of a text that has one character for each. */
export function bytesOfCharacters(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"));
}

/** Text in UTF-8 of which there is one character for each byte. */
export function utf8Of(text: string): string {
  return new TextDecoder().decode(bytesOfCharacters(text));
}

/**
 * Reads a word as a number, `nan` and `inf` included.
 *
 * @returns null where it is no number (decimal commas, words, hexadecimal)
 */
export function asciiNumber(word: string): number | null {
  const value = Number(word);
  if (Number.isFinite(value)) return /^[+-]?0[xob]/i.test(word) ? null : value;
  const special = /^([+-]?)(?:(nan)(?:\(.*\))?|inf(?:inity)?)$/i.exec(word);
  if (!special) return null;
  if (special[2]) return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}

/** The shortest decimal of 6 to 9 digits that reads back as the same float32; 9 always do. */
export function asciiFloat(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const digits = [6, 7, 8].find((count) => Math.fround(Number(value.toPrecision(count))) === value);
  return String(Number(value.toPrecision(digits ?? 9)));
}
