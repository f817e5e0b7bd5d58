/**
 * A strict reader of PLY headers. (The one of loaders.gl accepts files without `ply`, `end_header` or vertices as empty
 * scans, and miscounts the bytes of headers with CRLF lines.)
 *
 * Source: Greg Turk, "The PLY Polygon File Format" (1994).
 *
 * @module
 */
import { ScanError } from "../errors.ts";

/** Scalar types by their names in PLY files. */
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
  /** Its name. */
  name: string;
  /** Type of the value, or of the items of a list. */
  type: PlyScalar;
  /** Type of the item count; null where the property is no list. */
  countType: PlyScalar | null;
}

/** One element (vertex, face, ...). */
export interface PlyElement {
  /** Its name. */
  name: string;
  /** Number of rows. */
  count: number;
  /** Its properties in the order of the file. */
  properties: PlyProperty[];
  /** Byte of the file after the line of its last property, where another property may be inserted. */
  endOffset: number;
}

/** A comment. */
export interface PlyComment {
  /** Its words behind "comment" or "obj_info". */
  words: string[];
  /** Byte at which its line begins. */
  offset: number;
  /** Byte after its line. */
  endOffset: number;
}

/** The content of a PLY header. */
export interface PlyHeader {
  /** Encoding of the body. */
  encoding: PlyEncoding;
  /** Line end of the header. */
  newline: "\n" | "\r\n" | "\r";
  /** Number of lines of the header. */
  lines: number;
  /** The elements in the order of the file. */
  elements: PlyElement[];
  /** Names of classes by label, of comments like "class 7 chair". */
  labelNames: Record<string, string>;
  /** The comments about labels: those of `labelNames`, and those that an answer of this program wrote. */
  classComments: PlyComment[];
  /** Byte after the format line, where comments may be inserted. */
  formatEnd: number;
  /** Index of the element `vertex`. */
  vertex: number;
  /** Byte at which the body begins. */
  bodyOffset: number;
}

/** The first word of comments that name the classes of an answer. */
export const PREDICTED_CLASS = "predicted_class";

/** Largest header, bytes. */
const MAX_HEADER = 1 << 20;

/** Refuses the file. */
type Refuse = (problem: string, mend: string, offset: number) => never;

/** One line of a header. */
interface HeaderLine {
  words: string[];
  /** Byte at which it begins. */
  offset: number;
  /** Byte after its end. */
  endOffset: number;
}

/**
 * Reads the header of a PLY file and checks it against the rules of the format and of scans: one element `vertex` with
 * at least one row, and no name twice.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} with the byte of the wrong line
 */
export function parsePlyHeader(bytes: Uint8Array, file: string): PlyHeader {
  const refuse: Refuse = (problem, mend, offset) => {
    throw new ScanError({ file, problem, mend, offset });
  };
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, MAX_HEADER));
  const magic = /^ply[ \t]*(\r\n|\n|\r)/.exec(text);
  if (!magic) return refuse("the first line is not 'ply'", "send a PLY, LAS or LAZ file", 0);
  const newline = magic[1] as PlyHeader["newline"];
  const declarations = new HeaderDeclarations(refuse);
  let lines = 1;
  for (const line of headerLines(text, newline, magic[0].length)) {
    lines++;
    if (line.words[0] !== "end_header") {
      declarations.add(line);
      continue;
    }
    const { encoding, elements, labelNames, classComments, formatEnd } = declarations;
    const bodyOffset = line.endOffset;
    if (encoding === null) {
      return refuse("the header has no format line", "add one after the first line", bodyOffset);
    }
    const vertex = findVertex(elements, bodyOffset, file);
    return {
      ...{ encoding, newline, lines, elements, labelNames, classComments, formatEnd },
      ...{ vertex, bodyOffset },
    };
  }
  return refuse(
    bytes.length > MAX_HEADER
      ? `the header does not end within ${MAX_HEADER} bytes`
      : "the file ends before end_header",
    "send the whole file",
    Math.min(bytes.length, MAX_HEADER),
  );
}

/** Tells whether the whole header is among the first bytes of a file. */
export function hasPlyHeader(start: Uint8Array): boolean {
  return /[\r\n][ \t]*end_header[ \t]*[\r\n]/.test(new TextDecoder("latin1").decode(start));
}

/** The element `vertex` of a header. */
export function vertexOf(header: PlyHeader): PlyElement {
  return header.elements[header.vertex]!;
}

/** The index of the points among the elements. */
function findVertex(elements: readonly PlyElement[], bodyOffset: number, file: string): number {
  const vertex = elements.findIndex(({ name }) => name === "vertex");
  const points = elements[vertex];
  if (!points) {
    throw new ScanError({
      file,
      problem: "the header has no element vertex",
      mend: "name the points 'vertex'",
      offset: bodyOffset,
    });
  }
  if (points.count === 0) {
    throw new ScanError({
      file,
      problem: "the scan is empty (0 points)",
      mend: "send a scan with points",
      field: "element vertex",
    });
  }
  return vertex;
}

/** What the lines of a header have declared so far. */
class HeaderDeclarations {
  encoding: PlyEncoding | null = null;
  readonly elements: PlyElement[] = [];
  readonly labelNames: Record<string, string> = {};
  readonly classComments: PlyComment[] = [];
  formatEnd = 0;
  // Sets, since a header may hold tens of thousands of names, and each one is looked up.
  readonly #elementNames = new Set<string>();
  /** Names of the properties of the last element. */
  readonly #propertyNames = new Set<string>();
  readonly #refuse: Refuse;

  constructor(refuse: Refuse) {
    this.#refuse = refuse;
  }

  add({ words: [keyword = "", ...rest], offset, endOffset }: HeaderLine): void {
    switch (keyword) {
      case "format":
        this.formatEnd = endOffset;
        return this.#addFormat(rest, offset);
      case "element":
        return this.#addElement(rest, offset, endOffset);
      case "property":
        return this.#addProperty(rest, offset, endOffset);
      case "comment":
      case "obj_info":
        return this.#addComment({ words: rest, offset, endOffset });
      case "":
        return;
    }
    this.#refuse(
      `header line '${keyword.slice(0, 40)}' is not known`,
      "headers hold format, comment, obj_info, element, property and end_header",
      offset,
    );
  }

  #addComment(comment: PlyComment): void {
    const [keyword = "", label = "", ...name] = comment.words;
    if (keyword === PREDICTED_CLASS) this.classComments.push(comment);
    const number = /^(-?\d+):?$/.exec(label);
    if (!/^(class|label)$/i.test(keyword) || !number || name.length === 0) return;
    this.labelNames[number[1]!] = name.join(" ");
    this.classComments.push(comment);
  }

  #addFormat(words: string[], offset: number): void {
    if (this.encoding !== null) this.#refuse("there are two format lines", "keep one", offset);
    this.encoding = parseFormat(words) ?? this.#refuse(
      `format '${words.join(" ")}' is not known`,
      "use ascii, binary_little_endian or binary_big_endian, version 1.0",
      offset,
    );
  }

  #addElement(words: string[], offset: number, endOffset: number): void {
    const element = parseElement(words, endOffset) ?? this.#refuse(
      `element line '${words.join(" ")}' is not a name and a count`,
      "write for example 'element vertex 1000'",
      offset,
    );
    if (this.#elementNames.has(element.name)) {
      this.#refuse(`element ${element.name} occurs twice`, "keep one", offset);
    }
    this.#elementNames.add(element.name);
    this.#propertyNames.clear();
    this.elements.push(element);
  }

  #addProperty(words: string[], offset: number, endOffset: number): void {
    const element = this.elements.at(-1) ?? this.#refuse(
      "a property precedes all elements",
      "put an element line before it",
      offset,
    );
    const property = parseProperty(words) ?? this.#refuse(
      `property '${words.join(" ")}' has no known type and name`,
      "use char, uchar, short, ushort, int, uint, float, double or a list of them",
      offset,
    );
    if (this.#propertyNames.has(property.name)) {
      const problem = `property ${property.name} of element ${element.name} occurs twice`;
      this.#refuse(problem, "rename one", offset);
    }
    this.#propertyNames.add(property.name);
    element.properties.push(property);
    element.endOffset = endOffset;
  }
}

function* headerLines(text: string, newline: string, start: number): Generator<HeaderLine> {
  for (let offset = start;;) {
    const stop = text.indexOf(newline, offset);
    if (stop < 0) {
      // The very last line may lack its end if there is no body.
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
