/**
 * Where the rows of a binary PLY body lie. Every count of the header is held against the size of the file
 * before anything is read or allocated by it.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { type PlyElement, type PlyHeader, type PlyScalar, SCALAR_BYTES } from "./header.ts";

/** Place of the vertex rows in a binary body. */
export interface PlyBinaryLayout {
  /** Byte of the first row. */
  offset: number;
  /** Bytes of a row. */
  stride: number;
  /** Byte offset of every property within a row. */
  fields: Map<string, number>;
}

/** Bytes of a row without lists. */
export function rowBytes({ properties }: PlyElement): number {
  return properties.reduce((sum, { type }) => sum + SCALAR_BYTES[type], 0);
}

/**
 * Finds the vertex rows and walks everything before and after them.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where the file ends early or holds more than its header says
 */
export function binaryLayout(bytes: Uint8Array, header: PlyHeader, file: string): PlyBinaryLayout {
  const little = header.encoding === "binary_little_endian";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = header.bodyOffset;
  let layout: PlyBinaryLayout | null = null;
  let largestRow = 1;
  for (const [index, element] of header.elements.entries()) {
    const end = element.properties.some(({ countType }) => countType !== null)
      ? walkLists(view, offset, element, little, file)
      : offset + element.count * rowBytes(element);
    if (end > bytes.length) {
      throw new ScanError({
        file,
        problem:
          `element ${element.name} needs ${element.count} rows up to byte ${end}, the file has ${bytes.length} bytes`,
        mend: "send the whole file, or correct the count",
        offset: bytes.length,
        field: `element ${element.name}`,
      });
    }
    if (index === header.vertex) {
      layout = { offset, stride: rowBytes(element), fields: fieldOffsets(element) };
      largestRow = Math.max(largestRow, layout.stride);
    }
    offset = end;
  }
  // A line end or some padding after the last row is harmless; another row of points is not.
  if (bytes.length - offset >= largestRow) {
    throw new ScanError({
      file,
      problem: `${bytes.length - offset} bytes follow after the last row that the header counts`,
      mend: "correct the counts in the header, or cut the rest off",
      offset,
    });
  }
  return layout!;
}

/**
 * A function that reads one value of a type.
 *
 * @param little whether the file is little endian
 */
export function scalarReader(
  view: DataView,
  type: PlyScalar,
  little: boolean,
): (offset: number) => number {
  switch (type) {
    case "int8":
      return (offset) => view.getInt8(offset);
    case "uint8":
      return (offset) => view.getUint8(offset);
    case "int16":
      return (offset) => view.getInt16(offset, little);
    case "uint16":
      return (offset) => view.getUint16(offset, little);
    case "int32":
      return (offset) => view.getInt32(offset, little);
    case "uint32":
      return (offset) => view.getUint32(offset, little);
    case "float32":
      return (offset) => view.getFloat32(offset, little);
    case "float64":
      return (offset) => view.getFloat64(offset, little);
  }
}

function fieldOffsets({ properties }: PlyElement): Map<string, number> {
  const fields = new Map<string, number>();
  let at = 0;
  for (const { name, type } of properties) {
    fields.set(name, at);
    at += SCALAR_BYTES[type];
  }
  return fields;
}

/** Byte after the last row of an element with lists; may lie past the end of the file. */
function walkLists(
  view: DataView,
  start: number,
  element: PlyElement,
  little: boolean,
  file: string,
): number {
  const steps = element.properties.map(({ type, countType, name }) => ({
    name,
    bytes: SCALAR_BYTES[type],
    countBytes: countType === null ? 0 : SCALAR_BYTES[countType],
    readCount: countType === null ? null : scalarReader(view, countType, little),
  }));
  let at = start;
  for (let row = 0; row < element.count; row++) {
    for (const { name, bytes, countBytes, readCount } of steps) {
      if (readCount === null) {
        at += bytes;
        continue;
      }
      if (at + countBytes > view.byteLength) return at + countBytes;
      const items = readCount(at);
      if (items < 0) {
        throw new ScanError({
          file,
          problem: `list ${name} of ${element.name} ${row} has ${items} items`,
          mend: "check the byte order and types in the header",
          offset: at,
          field: name,
        });
      }
      at += countBytes + items * bytes;
    }
    if (at > view.byteLength) return at;
  }
  return at;
}
