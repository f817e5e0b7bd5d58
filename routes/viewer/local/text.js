/**
 * Text files of points, whose layout nothing declares: CSV, XYZ, ASC and PTS.
 *
 * @module
 */
import { FIELD_NAMES, pointFields } from "./fields.js";

/** Lines that tell what columns without names are. */
const SAMPLE = 100;
const COMMENT = /^(?:#+|\/\/|%+)\s*/;

/**
 * Finds the layout by the first lines.
 *
 * @param {Uint8Array<ArrayBuffer>} head
 * @returns {import("./scan_file.js").Records} whose `count` is null: the lines have to be counted.
 * @throws {SyntaxError} where there are no lines of numbers.
 */
export function textRecords(head) {
  const lines = new TextDecoder("latin1").decode(head).split(/(?<=\n)/);
  let offset = 0;
  /** @type {string[]} */
  const before = [];
  let isCounted = false;
  for (const [index, line] of lines.entries()) {
    const bare = line.replace(/^\u00ef\u00bb\u00bf/, "").trim();
    const delimiter = delimiterOf(bare);
    const words = wordsOf(bare, delimiter);
    const isPoint = !COMMENT.test(bare) && words.length >= 3 &&
      numbersOf(bare, delimiter) > 0;
    if (isPoint) {
      const rows = lines.slice(index, index + SAMPLE).map((line) =>
        wordsOf(line.trim(), delimiter)
      );
      const names = namesOf(before, delimiter, words.length) ?? guessedNames(rows, isCounted);
      const fields = new Map(
        names.map((name, at) => [name, { at, type: /** @type {const} */ ("Float32") }]),
      );
      const layout = { offset, stride: 0, little: true, delimiter, ...pointFields(fields) };
      return { count: null, least: null, greatest: null, layout };
    }
    if (/^\d+$/.test(bare)) isCounted = true;
    else if (bare !== "") before.unshift(bare.replace(COMMENT, ""));
    offset += line.length;
  }
  throw new SyntaxError("it has no lines of numbers");
}

/**
 * The values of a line.
 *
 * @param {string} line without white space around it
 * @param {string} [delimiter] " " means any white space
 */
export function wordsOf(line, delimiter = " ") {
  return delimiter === " " ? line.split(/\s+/) : line.split(delimiter);
}

/**
 * The number of a word, with a comma before its fraction where none stands between values.
 *
 * @param {string | undefined} word
 * @param {string} [delimiter]
 */
export function numberOf(word, delimiter) {
  return Number(delimiter === "," ? word : word?.replace(",", "."));
}

/** @param {string} line */
function delimiterOf(line) {
  const [first = " ", second] = [";", ",", "\t", " "].filter((one) => line.includes(one));
  // Of `1,5 2,5 3,5` only the first and the last are numbers between commas.
  const isDecimal = first === "," && second && numbersOf(line, ",") < 3 &&
    numbersOf(line, second) >= 3;
  return isDecimal ? second : first;
}

/**
 * @param {string} line
 * @param {string} delimiter
 */
function numbersOf(line, delimiter) {
  return wordsOf(line, delimiter)
    .filter((word) => word !== "" && Number.isFinite(numberOf(word, delimiter))).length;
}

/**
 * Names of columns, without quotes and units; null where no line names as many as columns.
 *
 * @param {readonly string[]} lines before the points, the last one first
 * @param {string} delimiter
 * @param {number} columns
 */
function namesOf(lines, delimiter, columns) {
  for (const [line, between] of lines.flatMap((line) => [[line, delimiter], [line, " "]])) {
    const names = wordsOf(line, between).map((word) =>
      word.trim().replaceAll('"', "").replace(/\s*[[(].*$/, "").trim().toLowerCase()
    );
    const isNamed = FIELD_NAMES.position.some((set) => set.every((name) => names.includes(name)));
    if (names.length === columns && isNamed) return names;
  }
  return null;
}

/**
 * What columns without names are taken for: three columns of bytes behind the positions, or behind one more column, are colours.
 * The server looks at more: where both could be, at which channels follow each other, and at fractions and 16 bits.
 *
 * @param {readonly string[][]} rows
 * @param {boolean} isCounted whether the file begins with the number of its points, as PTS does
 */
function guessedNames([first, ...others], isCounted) {
  // The last line may be cut.
  const rows = [first, ...others.filter(({ length }) => length === first.length)];
  const isColor = (/** @type {number} */ at) =>
    first.length >= at + 3 &&
    rows.every((row) =>
      row.slice(at, at + 3).every((word) => /^(?:1?\d?\d|2[0-4]\d|25[0-5])$/.test(word))
    );
  const color = (isCounted && first.length === 7 ? [4, 3] : [3, 4]).find(isColor);
  const names = ["x", "y", "z", ...first.slice(3).map((_, i) => `column ${i + 3}`)];
  if (color !== undefined) names.splice(color, 3, "red", "green", "blue");
  if (color === 4 || first.length === 4) names[3] = "intensity";
  return names;
}
