/**
 * Finds the vertex rows in a binary PLY body. Every count of the header is checked against the size of the file before
 * anything is read or allocated by it.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import { type InputErrorDetails, ScanError } from "../errors.ts";
import type { Warning } from "../warning.ts";
import {
  type PlyElement,
  type PlyHeader,
  type PlyProperty,
  SCALAR_BYTES,
  vertexOf,
} from "./header.ts";
import { endsRightly, misfitWarning } from "./rows_behind.ts";
import { scalarReader } from "./scalars.ts";

/** Layout of the vertex rows in a binary body. */
export interface PlyBinaryLayout {
  /** Byte of the first row. */
  offset: number;
  /** Byte after the last row. */
  end: number;
  /** Byte of a row; that of the row behind the last one is `end`. */
  rowStart: (row: number) => number;
  /** Gives the byte of a scalar property of a row. */
  locate: (property: PlyProperty) => (row: number) => number;
  /** What is doubtful about the rows behind the points. */
  warnings: Warning[];
}

/** Gives the bytes of a row, of an element with lists those of a row of empty lists. */
export function rowBytes({ properties }: PlyElement): number {
  return sumOf(properties, ({ type, countType }) => SCALAR_BYTES[countType ?? type]);
}

/**
 * Finds the vertex rows, and checks that the elements before them fit into the file, and those behind as far as the
 * points depend on it.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where the file ends early or holds more points than its header says
 */
export function binaryLayout(bytes: Uint8Array, header: PlyHeader, file: string): PlyBinaryLayout {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const body = new BinaryBody(view, header, file);
  const before = header.elements.slice(0, header.vertex);
  const offset = before.reduce((at, element) => body.endOf(element, at), header.bodyOffset);
  const layout = body.vertices(offset);
  try {
    body.checkBehind(layout.end);
    return { ...layout, warnings: [] };
  } catch (error) {
    const lastRow = layout.rowStart(vertexOf(header).count - 1);
    if (!(error instanceof MisfitError && endsRightly(view, header, lastRow, layout.end))) {
      throw error;
    }
    return { ...layout, warnings: [misfitWarning(error.problem)] };
  }
}

/** Rows that do not fit the file. */
class MisfitError extends ScanError {
  readonly problem: string;

  constructor(details: InputErrorDetails) {
    super(details);
    this.problem = details.problem;
  }
}

/** The rows of a binary body. */
class BinaryBody {
  readonly #view: DataView;
  readonly #header: PlyHeader;
  readonly #file: string;
  readonly #little: boolean;

  constructor(view: DataView, header: PlyHeader, file: string) {
    this.#view = view;
    this.#header = header;
    this.#file = file;
    this.#little = header.encoding === "binary_little_endian";
  }

  /** The byte after the last row of an element. @throws {MisfitError} where the file ends earlier */
  endOf(element: PlyElement, start: number): number {
    const end = hasLists(element)
      ? this.#walk(element, start)
      : start + element.count * rowBytes(element);
    this.#requireRoom(element, end);
    return end;
  }

  vertices(offset: number): Omit<PlyBinaryLayout, "warnings"> {
    const vertex = vertexOf(this.#header);
    if (!hasLists(vertex)) return this.#fixedRows(vertex, offset);
    // Every row takes its counts at least: memory is not allocated for a count that cannot be right.
    this.#requireRoom(vertex, offset + vertex.count * rowBytes(vertex));
    const starts = new Float64Array(vertex.count + 1);
    starts[0] = offset;
    const end = this.#walk(vertex, offset, (row, at) => starts[row + 1] = at);
    this.#requireRoom(vertex, end);
    return {
      offset,
      end,
      rowStart: (row) => starts[row]!,
      locate: (property) => {
        const before = vertex.properties.slice(0, vertex.properties.indexOf(property));
        return (row) => before.reduce((at, skipped) => this.#skip(skipped, at), starts[row]!);
      },
    };
  }

  /**
   * Walks the elements behind the points. A line end or some padding after the last row does no harm, but another row of
   * points would be lost.
   *
   * @throws {MisfitError} where they do not fit
   */
  checkBehind(vertexEnd: number): void {
    const { elements, vertex } = this.#header;
    const end = elements.slice(vertex + 1).reduce(
      (at, element) => this.endOf(element, at),
      vertexEnd,
    );
    const rest = this.#view.byteLength - end;
    if (rest < Math.max(1, rowBytes(elements[vertex]!))) return;
    throw new MisfitError({
      file: this.#file,
      problem: `${rest} bytes follow after the last row that the header counts`,
      mend: "correct the counts in the header, or cut the rest off",
      offset: end,
    });
  }

  #fixedRows(vertex: PlyElement, offset: number): Omit<PlyBinaryLayout, "warnings"> {
    const stride = rowBytes(vertex);
    const end = offset + vertex.count * stride;
    this.#requireRoom(vertex, end);
    return {
      offset,
      end,
      rowStart: (row) => offset + row * stride,
      locate: (property) => {
        const before = vertex.properties.slice(0, vertex.properties.indexOf(property));
        const first = offset + sumOf(before, ({ type }) => SCALAR_BYTES[type]);
        return (row) => first + row * stride;
      },
    };
  }

  #requireRoom({ name, count }: PlyElement, end: number): void {
    const { byteLength } = this.#view;
    if (end <= byteLength) return;
    throw new MisfitError({
      file: this.#file,
      problem:
        `element ${name} needs ${count} rows up to byte ${end}, the file has ${byteLength} bytes`,
      mend: "send the whole file, or correct the count",
      offset: byteLength,
      field: `element ${name}`,
    });
  }

  /** The byte after the last row of an element with lists, which may lie past the end of the file. */
  #walk(
    element: PlyElement,
    start: number,
    rowEnds: (row: number, end: number) => void = () => {},
  ): number {
    let at = start;
    for (let row = 0; row < element.count; row++) {
      for (const property of element.properties) {
        const next = this.#skip(property, at);
        if (next < at) {
          throw new MisfitError({
            file: this.#file,
            problem: `list ${property.name} of ${element.name} ${row} has ${
              scalarReader(this.#view, property.countType!, this.#little)(at)
            } items`,
            mend: "check the byte order and types in the header",
            offset: at,
            field: property.name,
          });
        }
        at = next;
        if (at > this.#view.byteLength) return at;
      }
      rowEnds(row, at);
    }
    return at;
  }

  /** The byte after a value or list. */
  #skip({ type, countType }: PlyProperty, at: number): number {
    const bytes = SCALAR_BYTES[type];
    if (countType === null) return at + bytes;
    const items = at + SCALAR_BYTES[countType];
    if (items > this.#view.byteLength) return items;
    const count = scalarReader(this.#view, countType, this.#little)(at);
    return count < 0 ? -1 : items + count * bytes;
  }
}

function hasLists({ properties }: PlyElement): boolean {
  return properties.some(({ countType }) => countType !== null);
}
