/**
 * A strict reader of PLY headers. loaders.gl's own takes a file without `ply`, `end_header` or vertices for
 * an empty one and miscounts headers with CRLF lines, so everything about the layout is decided here.
 *
 * Format: Greg Turk, "The PLY Polygon File Format" (1994).
 *
 * @module
 */
import { ScanError } from "../errors.ts";

/** Scalar types by the names that PLY files use for them. */
const SCALAR_TYPES = {
  char: "int8",
  int8: "int8",
  uchar: "uint8",
  uint8: "uint8",
  short: "int16",
  int16: "int16",
  ushort: "uint16",
  uint16: "uint16",
  int: "int32",
  int32: "int32",
  uint: "uint32",
  uint32: "uint32",
  float: "float32",
  float32: "float32",
  double: "float64",
  float64: "float64",
} as const;

/** A scalar type of PLY. */
export type PlyScalar = (typeof SCALAR_TYPES)[keyof typeof SCALAR_TYPES];

/** Bytes of one value of every scalar type. */
export const SCALAR_BYTES: Readonly<Record<PlyScalar, number>> = {
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  float64: 8,
};

/** Encodings of the body. */
export type PlyEncoding = "ascii" | "binary_little_endian" | "binary_big_endian";

/** One property of an element. */
export interface PlyProperty {
  name: string;
  /** Type of the value, or of the items of a list. */
  type: PlyScalar;
  /** Type of the item count; null where the property is no list. */
  countType: PlyScalar | null;
}

/** One element (vertex, face, ...). */
export interface PlyElement {
  name: string;
  /** Number of rows. */
  count: number;
  properties: PlyProperty[];
  /** Byte of the file just after the line of its last property, where another one may be inserted. */
  endOffset: number;
}

/** What a PLY header says. */
export interface PlyHeader {
  encoding: PlyEncoding;
  /** How the lines of the header end. */
  newline: "\n" | "\r\n" | "\r";
  /** Number of lines of the header. */
  lines: number;
  elements: PlyElement[];
  /** Index of the element `vertex`. */
  vertex: number;
  /** Byte at which the body begins. */
  bodyOffset: number;
}

/** No header is longer than this. */
const MAX_HEADER = 1 << 20;

/**
 * Reads the header of a PLY file and holds it against the rules of the format and of scans: one element
 * `vertex` with at least one row and no lists, every name once.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} with the byte of the offending line
 */
export function parsePlyHeader(bytes: Uint8Array, file: string): PlyHeader {
  const fail = (problem: string, mend: string, offset: number): never => {
    throw new ScanError({ file, problem, mend, offset });
  };
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, MAX_HEADER));
  const magic = /^ply[ \t]*(\r\n|\n|\r)/.exec(text);
  if (!magic) {
    return fail("the first line is not 'ply'", "send a PLY, LAS or LAZ file", 0);
  }
  const newline = magic[1] as PlyHeader["newline"];
  const lines = headerLines(text, newline, magic[0].length);

  let encoding: PlyEncoding | null = null;
  const elements: PlyElement[] = [];
  // Sets, since a header may hold tens of thousands of names, and each is looked up.
  const elementNames = new Set<string>();
  const propertyNames = new Set<string>();
  let count = 1;
  let end: number | null = null;
  for (const { words, offset, endOffset } of lines) {
    count++;
    const [keyword = "", ...rest] = words;
    if (keyword === "end_header") {
      end = endOffset;
      break;
    }
    if (keyword === "format") {
      if (encoding !== null) fail("there are two format lines", "keep one", offset);
      encoding = parseFormat(rest) ??
        fail(
          `format '${rest.join(" ")}' is not known`,
          "use ascii, binary_little_endian or binary_big_endian, version 1.0",
          offset,
        );
    } else if (keyword === "element") {
      const element = parseElement(rest, endOffset) ??
        fail(
          `element line '${rest.join(" ")}' is not a name and a count`,
          "write for example 'element vertex 1000'",
          offset,
        );
      if (elementNames.has(element.name)) {
        fail(`element ${element.name} comes twice`, "keep one", offset);
      }
      elementNames.add(element.name);
      propertyNames.clear();
      elements.push(element);
    } else if (keyword === "property") {
      const element = elements.at(-1) ??
        fail("a property comes before any element", "put an element line before it", offset);
      const property = parseProperty(rest) ??
        fail(
          `property '${rest.join(" ")}' has no known type and name`,
          "use char, uchar, short, ushort, int, uint, float, double or a list of them",
          offset,
        );
      if (propertyNames.has(property.name)) {
        fail(
          `property ${property.name} of element ${element.name} comes twice`,
          "rename one",
          offset,
        );
      }
      propertyNames.add(property.name);
      element.properties.push(property);
      element.endOffset = endOffset;
    } else if (keyword !== "comment" && keyword !== "obj_info" && keyword !== "") {
      fail(
        `header line '${keyword.slice(0, 40)}' is not known`,
        "headers hold format, comment, obj_info, element, property and end_header",
        offset,
      );
    }
  }
  if (end === null) {
    return fail(
      bytes.length > MAX_HEADER
        ? `the header does not end within ${MAX_HEADER} bytes`
        : "the file ends before end_header",
      "send the whole file",
      Math.min(bytes.length, MAX_HEADER),
    );
  }
  if (encoding === null) {
    return fail("the header has no format line", "add one after the first line", end);
  }
  const vertex = elements.findIndex(({ name }) => name === "vertex");
  const points = elements[vertex];
  if (!points) return fail("the header has no element vertex", "name the points 'vertex'", end);
  if (points.count === 0) {
    throw new ScanError({
      file,
      problem: "the scan is empty (0 points)",
      mend: "send a scan with points",
      field: "element vertex",
    });
  }
  const list = points.properties.find(({ countType }) => countType !== null);
  if (list) {
    throw new ScanError({
      file,
      problem: `property ${list.name} of vertex is a list`,
      mend: "remove it or move it to another element",
      field: list.name,
    });
  }
  return { encoding, newline, lines: count, elements, vertex, bodyOffset: end };
}

/** The element `vertex` of a header. */
export function vertexOf(header: PlyHeader): PlyElement {
  return header.elements[header.vertex]!;
}

function* headerLines(text: string, newline: string, start: number) {
  for (let offset = start;;) {
    const stop = text.indexOf(newline, offset);
    if (stop < 0) {
      // The very last line may lack its end where no body follows.
      if (text.slice(offset).trim() === "end_header") {
        yield { words: ["end_header"], offset, endOffset: text.length };
      }
      return;
    }
    const endOffset = stop + newline.length;
    yield { words: text.slice(offset, stop).trim().split(/\s+/), offset, endOffset };
    offset = endOffset;
  }
}

function parseFormat([encoding, version, ...rest]: string[]): PlyEncoding | null {
  if (version !== "1.0" || rest.length > 0) return null;
  return encoding === "ascii" || encoding === "binary_little_endian" ||
      encoding === "binary_big_endian"
    ? encoding
    : null;
}

function parseElement([name, count, ...rest]: string[], endOffset: number): PlyElement | null {
  if (!name || !count || !/^\d{1,15}$/.test(count) || rest.length > 0) return null;
  return { name, count: Number(count), properties: [], endOffset };
}

function parseProperty(words: string[]): PlyProperty | null {
  if (words[0] === "list") {
    const [, countWord, typeWord, name, ...rest] = words;
    const countType = scalarType(countWord);
    const type = scalarType(typeWord);
    if (!countType || countType.startsWith("float") || !type || !name || rest.length > 0) {
      return null;
    }
    return { name, type, countType };
  }
  const [typeWord, name, ...rest] = words;
  const type = scalarType(typeWord);
  return type && name && rest.length === 0 ? { name, type, countType: null } : null;
}

function scalarType(word: string | undefined): PlyScalar | null {
  return word !== undefined && Object.hasOwn(SCALAR_TYPES, word)
    ? SCALAR_TYPES[word as keyof typeof SCALAR_TYPES]
    : null;
}
