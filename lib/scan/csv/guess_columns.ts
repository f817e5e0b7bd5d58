/**
 * What columns without names hold, by the values of the first points. A number of the point or its place in a grid, which
 * some programs write in front, would be taken as coordinates: such files are refused.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { asciiNumber } from "../text/text_lines.ts";

/** Where values were found; null where there are none. */
export interface GuessedColumns {
  /** The first of three columns. */
  color: number | null;
  /** The first of three columns. */
  normal: number | null;
  intensity: number | null;
  /** Another column that may be the first of the colours as well. */
  rival: number | null;
}

/** The first points of a file. */
export interface TextSample {
  /** The words of each point, without quotes, as many as columns. */
  rows: string[][];
  columns: number;
  /** Whether the file counts its points, as PTS does. */
  isCounted: boolean;
  /** Byte of the first point. */
  offset: number;
}

/** Points that tell a sequence or a correlation; fewer are alike by chance. */
const LEAST_ROWS = 5;
/** How much closer three columns have to follow each other than three others to be the colours. */
const CLEAR = 0.3;
/** How closely, from -1 to 1, channels of real colours follow each other at least. */
const LIKE = 0.5;
const HAS_POINT = /[.e]/i;

/**
 * Guesses the columns behind x, y and z.
 *
 * @param file name of the scan
 * @throws {ScanError} where x, y and z are not the first three columns
 */
export function guessColumns(sample: TextSample, file: string): GuessedColumns {
  const { rows, columns, isCounted } = sample;
  const values = Array.from(
    { length: columns },
    (_, c) => rows.map((row) => row[c] === "" ? NaN : asciiNumber(row[c]!) ?? NaN),
  );
  refuseIndices(sample, values, file);
  // Behind more than one value, colours are believed only where the channels follow each other.
  const starts = Array.from({ length: Math.max(0, columns - 5) }, (_, i) => 3 + i)
    .filter((first) => first <= 4 || likeness(values, first) > LIKE);
  const triples = (fits: (value: number) => boolean) =>
    starts.filter((first) => values.slice(first, first + 3).every((column) => column.every(fits)));
  const bytes = triples((value) => isWhole(value) && value <= 255);
  // Channels are written alike: a scalar field of CloudCompare before the colours has a point where they have none.
  const alike = bytes.filter((first) =>
    new Set(rows.flatMap((row) => row.slice(first, first + 3).map((word) => HAS_POINT.test(word))))
      .size === 1
  );
  const isNormal = columns >= 6 &&
    rows.every((_, i) => Math.abs(Math.hypot(...[3, 4, 5].map((c) => values[c]![i]!)) - 1) < 0.01);
  let found = alike.length > 0 ? alike : bytes;
  if (found.length === 0 && !isNormal) {
    found = otherColors(rows, values, triples);
  }
  // In PTS, which counts its points, the intensity comes first, and may look like a colour.
  const isPts = isCounted && columns === 7 && found.includes(4);
  const color = colorOf(isPts ? [4, ...found] : found, values);
  const rival = color === null || isPts
    ? undefined
    : found.find((first) =>
      first !== color && likeness(values, color) <= likeness(values, first) + CLEAR
    );
  return {
    color,
    normal: color === null && isNormal ? 3 : null,
    intensity: color === 4 || columns === 4 ? 3 : null,
    rival: rival ?? null,
  };
}

/**
 * Colours as fractions or with 16 bits. Every channel has to show that it is one: rings and numbers of echoes beside an
 * intensity are whole, and small.
 */
function otherColors(
  rows: readonly string[][],
  values: readonly number[][],
  triples: (fits: (value: number) => boolean) => number[],
): number[] {
  const channels = [0, 1, 2];
  const fractions = triples((value) => value >= 0 && value <= 1)
    .filter((first) => channels.every((c) => rows.some((row) => HAS_POINT.test(row[first + c]!))));
  if (fractions.length > 0) return fractions;
  return triples((value) => isWhole(value) && value <= 65535)
    .filter((first) => channels.every((c) => values[first + c]!.some((value) => value > 255)));
}

/**
 * Tells whether a column that is called only `i` holds intensities, and not the number of the point, its place in a grid of
 * rows i and columns j, or words.
 *
 * @param words of the column in the first points, without quotes
 * @param names of all columns
 */
export function areIntensities(words: readonly string[], names: readonly string[]): boolean {
  if (names.some((name) => name.toLowerCase() === "j")) return false;
  if (!words.every((word) => word === "" || asciiNumber(word) !== null)) return false;
  const isRunning = words.every((word, i) =>
    /^\d+$/.test(word) && (i === 0 || Number(word) > Number(words[i - 1]))
  );
  return words.length < LEAST_ROWS || !isRunning;
}

/** The first candidate, or one whose channels clearly follow each other more closely. */
function colorOf(found: readonly number[], values: readonly number[][]): number | null {
  return found.reduce<number | null>(
    (best, first) =>
      best === null || likeness(values, first) > likeness(values, best) + CLEAR ? first : best,
    null,
  );
}

/** The mean correlation of three columns: channels of real colours follow each other. */
function likeness(values: readonly number[][], first: number): number {
  const [a, b, c] = values.slice(first, first + 3);
  return (correlation(a!, b!) + correlation(b!, c!) + correlation(a!, c!)) / 3;
}

/** From -1 to 1; 0 where values are constant or too few. */
function correlation(a: readonly number[], b: readonly number[]): number {
  if (a.length < LEAST_ROWS) return 0;
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const [middleA, middleB] = [mean(a), mean(b)];
  const product = mean(a.map((value, i) => (value - middleA) * (b[i]! - middleB)));
  const spread = (all: readonly number[], middle: number) =>
    Math.sqrt(mean(all.map((value) => (value - middle) ** 2)));
  const scale = spread(a, middleA) * spread(b, middleB);
  return scale > 0 ? product / scale : 0;
}

/** Refuses a file whose first columns are the number of the point, or its row and column in a grid. */
function refuseIndices(
  { rows, columns, offset }: TextSample,
  values: readonly number[][],
  file: string,
): void {
  if (rows.length < LEAST_ROWS || columns < 4) return;
  const isIndex = (c: number) =>
    rows.every((row) => /^\d+$/.test(row[c]!)) && Math.min(...values[c]!) <= 1;
  if (!isIndex(0)) return;
  const [first, second] = values as [number[], number[]];
  const refuse = (what: string, example: string) =>
    new ScanError({
      file,
      problem: `its columns have no names, and ${what} where coordinates belong`,
      mend: `name the columns in a first line, such as '${example}'`,
      offset,
    });
  // Along a row of a raster x runs, too, but y stays.
  const isRunning = first.every((value, i) => value === first[0]! + i);
  if (isRunning && new Set(second).size > 1) {
    throw refuse("the first one counts the points", "number x y z");
  }
  const isOrdered = (slow: number[], fast: number[]) =>
    slow.every((value, i) =>
      i === 0 || value > slow[i - 1]! || (value === slow[i - 1]! && fast[i]! > fast[i - 1]!)
    );
  const isGrid = columns >= 5 && isIndex(1) &&
    (isOrdered(first, second) || isOrdered(second, first));
  if (isGrid && rows.every((row) => row.slice(2, 5).every((word) => HAS_POINT.test(word)))) {
    throw refuse("the first two are the row and the column of a grid", "row column x y z");
  }
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 0;
}
