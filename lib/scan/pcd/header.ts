/**
 * A strict reader of PCD headers.
 *
 * Source: Point Cloud Library, "The PCD file format", versions 0.5 to 0.7, and `pcd_io.cpp`.
 *
 * @module
 */
import { ScanError } from "../errors.ts";

/** Encodings of the points. */
const ENCODINGS = ["ascii", "binary", "binary_compressed"] as const;
/** Bytes of a number, by the letter of its type. */
const SIZES = { I: [1, 2, 4, 8], U: [1, 2, 4, 8], F: [4, 8] } as const;
/** Largest header, bytes. */
const MAX_HEADER = 1 << 16;
/** The lines of a header in which there is one word for each field. */
export const FIELD_LINES = ["FIELDS", "SIZE", "TYPE", "COUNT"] as const;

/** A line of a header in which there is one word for each field. */
export type PcdFieldLine = (typeof FIELD_LINES)[number];

/** A field of the points. */
export interface PcdField {
  name: string;
  /** Signed, unsigned, or floating-point. */
  type: "I" | "U" | "F";
  /** Bytes of a number of it. */
  size: number;
  /** How many numbers a point has of it. */
  count: number;
  /** Its first byte among those of a point. */
  offset: number;
}

/** The content of a PCD header. */
export interface PcdHeader {
  fields: PcdField[];
  /** Number of points, at least 1. */
  points: number;
  encoding: (typeof ENCODINGS)[number];
  /** Bytes of a point. */
  pointBytes: number;
  /** Where the sensor stood and looked, seven numbers; null where the header does not say, or says the origin. */
  viewpoint: string | null;
  newline: "\n" | "\r\n";
  /** Byte after the words of each of these lines that the header has, where another word may be inserted. */
  wordsEnd: Partial<Record<PcdFieldLine, number>>;
  /** Byte of the first line that is no comment, before which others may be inserted. */
  commentsEnd: number;
  /** Comments that an answer of this program wrote, as bytes from and to. */
  classComments: [from: number, to: number][];
  /** Number of lines. */
  lines: number;
  /** Byte at which the points begin. */
  bodyOffset: number;
}

/** The words of one line of a header. */
interface Declaration {
  words: string[];
  offset: number;
}

/** The first word of comments that name the classes of an answer. */
export const PREDICTED_CLASS = "predicted_class";

/** Tells whether a file begins like a PCD: with comments, then with the first line of its header. */
export function isPcd(start: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(start.subarray(0, MAX_HEADER));
  return /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:VERSION|FIELDS|COLUMNS)[ \t]/.test(text);
}

/** Tells whether the whole header is among the first bytes of a file. */
export function hasPcdHeader(start: Uint8Array): boolean {
  return /\nDATA[^\n]*\n/.test(new TextDecoder("latin1").decode(start));
}

/**
 * Reads the header of a PCD file.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} with the byte and the line that is wrong
 */
export function parsePcdHeader(bytes: Uint8Array, file: string): PcdHeader {
  const refuse = (problem: string, mend: string, offset: number, field?: string): never => {
    throw new ScanError({ file, problem, mend, offset, ...(field ? { field } : {}) });
  };
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, MAX_HEADER));
  const found = new Map<string, Declaration>();
  const wordsEnd: PcdHeader["wordsEnd"] = {};
  const classComments: PcdHeader["classComments"] = [];
  let newline: PcdHeader["newline"] = "\n";
  let lines = 0;
  let commentsEnd = 0;
  let bodyOffset = -1;
  for (let offset = 0; bodyOffset < 0;) {
    const stop = text.indexOf("\n", offset);
    if (stop < 0) {
      refuse(
        bytes.length > MAX_HEADER
          ? `the header does not end within ${MAX_HEADER} bytes`
          : "the file ends before the line DATA",
        "send the whole file",
        Math.min(bytes.length, MAX_HEADER),
        "DATA",
      );
    }
    lines++;
    if (text[stop - 1] === "\r") newline = "\r\n";
    const line = text.slice(offset, stop).trimEnd();
    const [keyword = "", ...words] = line.trim().split(/\s+/);
    if (keyword.startsWith("#") && words[0] === PREDICTED_CLASS) {
      classComments.push([offset, stop + 1]);
    } else if (keyword !== "" && !keyword.startsWith("#")) {
      // Versions before 0.6 said COLUMNS.
      const name = keyword === "COLUMNS" ? "FIELDS" : keyword;
      if (found.has(name)) refuse(`there are two lines ${name}`, "keep one", offset, name);
      if (found.size === 0) commentsEnd = offset;
      found.set(name, { words, offset });
      if ((FIELD_LINES as readonly string[]).includes(name)) {
        wordsEnd[name as PcdFieldLine] = offset + line.length;
      }
      if (name === "DATA") bodyOffset = stop + 1;
    }
    offset = stop + 1;
  }
  const declared = (name: string): Declaration =>
    found.get(name) ?? refuse(`the header has no line ${name}`, "add it", bodyOffset, name);
  const encoding = ENCODINGS.find((name) => name === declared("DATA").words[0]) ?? refuse(
    `DATA is '${declared("DATA").words.join(" ").slice(0, 40)}'`,
    `use ${ENCODINGS.join(", ")}`,
    declared("DATA").offset,
    "DATA",
  );
  const fields = readFields(declared, found.get("COUNT"), refuse);
  const points = readCount(found, declared, refuse);
  const viewpoint = found.get("VIEWPOINT")?.words.join(" ") ?? null;
  const last = fields.at(-1)!;
  return {
    fields,
    points,
    encoding,
    pointBytes: last.offset + last.size * last.count,
    viewpoint: viewpoint === null || isOrigin(viewpoint) ? null : viewpoint,
    ...{ newline, wordsEnd, commentsEnd, classComments, lines, bodyOffset },
  };
}

/** Refuses the file. */
type Refuse = (problem: string, mend: string, offset: number, field?: string) => never;

function readFields(
  declared: (name: string) => Declaration,
  counts: Declaration | undefined,
  refuse: Refuse,
): PcdField[] {
  const { words: names, offset: place } = declared("FIELDS");
  if (names.length === 0) refuse("FIELDS names none", "name x, y and z", place, "FIELDS");
  const wordOf = (name: string, line: Declaration, index: number) => {
    if (line.words.length !== names.length) {
      refuse(
        `${name} has ${line.words.length} words for ${names.length} fields`,
        "write one for each field",
        line.offset,
        name,
      );
    }
    return line.words[index]!;
  };
  const fields: PcdField[] = [];
  const seen = new Set<string>();
  let offset = 0;
  for (const [index, name] of names.entries()) {
    // Fields of padding share the name "_".
    if (name !== "_" && seen.has(name)) refuse(`field ${name} occurs twice`, "rename one", place);
    seen.add(name);
    const type = wordOf("TYPE", declared("TYPE"), index) as PcdField["type"];
    const size = Number(wordOf("SIZE", declared("SIZE"), index));
    if (!Object.hasOwn(SIZES, type) || !(SIZES[type] as readonly number[]).includes(size)) {
      refuse(
        `field ${name.slice(0, 40)} has type ${`${type}`.slice(0, 8)} of ${size} bytes`,
        "use I or U of 1, 2, 4 or 8 bytes, or F of 4 or 8",
        declared("TYPE").offset,
        name,
      );
    }
    const count = counts ? Number(wordOf("COUNT", counts, index)) : 1;
    if (!Number.isInteger(count) || count < 1 || count > 1e6) {
      refuse(`field ${name} has COUNT ${count}`, "write 1 or more", counts!.offset, "COUNT");
    }
    fields.push({ name, type, size, count, offset });
    offset += size * count;
  }
  return fields;
}

/** The number of points, which WIDTH times HEIGHT has to be as well. */
function readCount(
  found: ReadonlyMap<string, Declaration>,
  declared: (name: string) => Declaration,
  refuse: Refuse,
): number {
  const numberOf = (name: string) => {
    const { words: [word = "", ...rest], offset } = declared(name);
    return /^\d{1,15}$/.test(word) && rest.length === 0 ? Number(word) : refuse(
      `${name} is '${[word, ...rest].join(" ").slice(0, 40)}'`,
      "write a whole number",
      offset,
      name,
    );
  };
  const area = found.has("WIDTH") ? numberOf("WIDTH") * numberOf("HEIGHT") : null;
  const points = area === null || found.has("POINTS") ? numberOf("POINTS") : area;
  if (area !== null && points !== area) {
    refuse(
      `POINTS is ${points}, and WIDTH times HEIGHT ${area}`,
      "correct the header",
      declared("POINTS").offset,
      "POINTS",
    );
  }
  if (points === 0) {
    const { offset } = found.get("POINTS") ?? declared("WIDTH");
    refuse("the scan is empty (0 points)", "send a scan with points", offset, "POINTS");
  }
  return points;
}

function isOrigin(viewpoint: string): boolean {
  const numbers = viewpoint.split(/\s+/).map(Number);
  return [0, 0, 0, 1, 0, 0, 0].every((value, i) => Math.abs(numbers[i]! - value) < 1e-12);
}
