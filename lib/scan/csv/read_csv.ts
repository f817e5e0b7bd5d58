/**
 * Reads scans that are text: CSV with or without a header, XYZ, ASC, PTS.
 *
 * @module
 */
import type { CoordinateUnits } from "../crs/units.ts";
import { ScanError } from "../errors.ts";
import { findFields, type ScanFields } from "../fields/field_names.ts";
import { type FieldValues, scanOfFields } from "../fields/field_scan.ts";
import type { Scan, ScanMemory } from "../scan.ts";
import { utf8Of } from "../text/text_lines.ts";
import { utf8Bytes } from "../text/utf16.ts";
import type { Warning } from "../warning.ts";
import { columnUnits } from "./column_units.ts";
import { type DecimalMark, numberOf, pointed } from "./decimals.ts";
import { areIntensities, guessColumns } from "./guess_columns.ts";
import { type CsvLayout, csvLayout } from "./layout.ts";
import { countLines, type CsvRow, csvRows } from "./rows.ts";
import { unquoted } from "./words.ts";

/** A column of the file. */
interface Column {
  name: string;
  index: number;
}

/** Bytes of one number while it is read: as float64, then as float32 or int32. */
const NUMBER_BYTES = 8 + 4;
/** Points that are looked at where the columns have no names, or a doubtful one. */
const SAMPLE = 200;

/**
 * Reads a text file of points.
 *
 * @param file UTF-8, or UTF-16 with its mark
 * @throws {ScanError} with the line and byte that is wrong; bytes of UTF-16 are counted as in UTF-8
 */
export function readCsv(file: Uint8Array, name: string): Scan {
  const bytes = utf8Bytes(file);
  const layout = csvLayout(bytes)!;
  const { fields, units, warnings } = scanColumns(bytes, layout, name);
  const { position, color, intensity, normal, label } = fields;
  const groups = [position, color, intensity, normal, label].map((columns) => columns ?? []);
  const most = countLines(bytes, layout.bodyOffset);
  const values = groups.map((columns) => new Float64Array(most * columns.length));
  const { decimal } = layout;
  const names = new LabelWords(label !== null, decimal);
  let rows = 0;
  for (const row of csvRows(bytes, layout, name)) {
    for (const [g, columns] of groups.entries()) {
      for (const [i, column] of columns.entries()) {
        const word = wordOf(row, column);
        const value = column === label?.[0] ? names.take(word) : numberOf(word, decimal);
        if (value === null) throw noNumber(row, column, word, decimal, name);
        values[g]![rows * columns.length + i] = value;
      }
    }
    rows++;
  }
  if (rows === 0) {
    const offset = layout.bodyOffset;
    const mend = "send a scan with points";
    throw new ScanError({ file: name, problem: "the scan is empty (0 points)", mend, offset });
  }
  const [xyz, rgb, strength, directions, labels] = values.map((all, g) =>
    all.subarray(0, rows * groups[g]!.length)
  );
  const of = (columns: Column[], all: Float64Array): FieldValues => ({
    values: all,
    names: columns.map(({ name }) => name),
    isFloat: all.some((value) => !Number.isInteger(value)) || all.every((value) => value <= 1),
  });
  const scan = scanOfFields({
    position: xyz!,
    color: color && of(color, rgb!),
    intensity: intensity && of(intensity, strength!),
    normal: normal && directions!,
    label: label && names.numbers(labels!),
  }, { name, format: "csv", bytes: file, warnings });
  const labelNames = names.names();
  return { ...scan, ...(units ? { units } : {}), ...(labelNames ? { labelNames } : {}) };
}

/**
 * Computes what reading a text file takes; see `scanMemory`.
 *
 * @param start the whole file, or its beginning, by whose longest line the points are counted
 */
export function csvMemory(start: Uint8Array, size: number, name: string): ScanMemory {
  const text = utf8Bytes(start);
  const textSize = size * text.length / start.length;
  const layout = csvLayout(text)!;
  const { fields } = scanColumns(text, layout, name);
  const numbers = Object.values(fields).reduce((sum, columns) => sum + (columns?.length ?? 0), 0);
  const points = start.length === size
    ? countLines(text, layout.bodyOffset)
    : Math.floor((textSize - layout.bodyOffset) / layout.longest);
  const copy = text === start ? 0 : Math.ceil(textSize);
  return { points, readingBytes: points * numbers * NUMBER_BYTES + copy, fileBytes: size };
}

function wordOf({ text, words }: CsvRow, { index }: Column): string {
  const { start, end } = words[index]!;
  return unquoted(text.slice(start, end));
}

function noNumber(
  { line, offset, words }: CsvRow,
  column: Column,
  word: string,
  decimal: DecimalMark,
  file: string,
) {
  return new ScanError({
    file,
    problem: `line ${line} has '${word.slice(0, 40)}' where a number belongs`,
    mend: decimal === "."
      ? "write numbers like 1.5 or -2e3, with a point"
      : "write numbers like 1,5 or -2e3, all with a comma or all with a point",
    offset: offset + words[column.index]!.start,
    field: column.name,
  });
}

/** The labels of a file, which are numbers, or names of classes. */
class LabelWords {
  readonly #isWanted: boolean;
  readonly #decimal: DecimalMark;
  /** The words of all points, as long as they may be names. */
  readonly #ids = new Map<string, number>();
  #isNumeric = true;

  constructor(isWanted: boolean, decimal: DecimalMark) {
    this.#isWanted = isWanted;
    this.#decimal = decimal;
  }

  /** Gives a word a number of its own. */
  take(word: string): number {
    let id = this.#ids.get(word);
    if (id === undefined) {
      id = this.#ids.size;
      this.#ids.set(word, id);
      if (numberOf(word, this.#decimal) === null) this.#isNumeric = false;
    }
    return id;
  }

  /** The labels: the numbers that the words are, or, where one is none, their own. */
  numbers(taken: Float64Array): Float64Array {
    if (!this.#isNumeric) return taken;
    const words = [...this.#ids.keys()].map((word) => numberOf(word, this.#decimal)!);
    return taken.map((id) => words[id]!);
  }

  /** What the labels mean, where the file has names. */
  names(): Record<string, string> | null {
    if (!this.#isWanted || this.#isNumeric) return null;
    return Object.fromEntries([...this.#ids].map(([word, id]) => [`${id}`, utf8Of(word)]));
  }
}

/** The words of the first points, without quotes and with points in numbers. */
function sampleOf(bytes: Uint8Array, layout: CsvLayout, file: string): string[][] {
  const rows: string[][] = [];
  for (const { text, words } of csvRows(bytes, layout, file, true)) {
    rows.push(
      words.map(({ start, end }) => pointed(unquoted(text.slice(start, end)), layout.decimal)),
    );
    if (rows.length === SAMPLE) break;
  }
  return rows;
}

/** The columns that a scan is read from, and the units that they name; where they have no names, by their values. */
function scanColumns(
  bytes: Uint8Array,
  layout: CsvLayout,
  file: string,
): {
  fields: ScanFields<Column> & { position: Column[] };
  units?: CoordinateUnits;
  warnings: Warning[];
} {
  const { header, columns } = layout;
  if (header) {
    const found = findFields(header.names.map(({ name, unit }, index) => ({ name, unit, index })));
    const position = found.position!;
    const [short] = found.intensity ?? [];
    const intensity = short?.name.toLowerCase() !== "i" ||
        areIntensities(
          sampleOf(bytes, layout, file).map((row) => row[short.index]!),
          header.names.map(({ name }) => name),
        )
      ? found.intensity
      : null;
    return { fields: { ...found, position, intensity }, ...columnUnits(position, file) };
  }
  const rows = sampleOf(bytes, layout, file);
  const sample = { rows, columns, isCounted: layout.count !== null, offset: layout.bodyOffset };
  const { color, normal, intensity, rival } = guessColumns(sample, file);
  const group = (first: number | null, ...names: string[]): Column[] | null =>
    first === null ? null : names.map((name, i) => ({ name, index: first + i }));
  const fields = {
    position: group(0, "x", "y", "z")!,
    color: group(color, "red", "green", "blue"),
    intensity: group(intensity, "intensity"),
    normal: group(normal, "nx", "ny", "nz"),
    label: null,
  };
  const taken = Object.values(fields).flatMap((found) => found ?? []);
  const list = taken.sort((a, b) => a.index - b.index).map(({ name }) => name).join(", ");
  const rest = columns - taken.length;
  return {
    fields,
    warnings: [{
      code: "columns",
      text: `The file does not name its columns: they were taken as ${list}${
        rest > 0 ? `, and ${rest} more ${rest === 1 ? "was" : "were"} not read` : ""
      }.${
        rival === null ? "" : ` Columns ${rival + 1} to ${rival + 3} may be the colours as well.`
      } Write their names into the first line.`,
      field: "scan",
    }],
  };
}
