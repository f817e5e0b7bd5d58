/**
 * NumPy's archives of arrays (.npz): a ZIP file of .npy files.
 *
 * Source: numpy.lib.format, "Format Specification: .npy".
 *
 * @module
 */
import { startsWith } from "@std/bytes/starts-with";
import { unzipSync } from "fflate";
import { DatasetError } from "../scene_folder.ts";

/** An array as it lies in the file, its numbers as float64. */
export interface NumberArray {
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Float64Array;
}

/** The first bytes of a .npy file: 0x93, NUMPY. */
const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** How a number of each type is read, little endian, and its bytes. */
const TYPES: Readonly<Record<string, [number, (view: DataView, at: number) => number]>> = {
  "<f8": [8, (view, at) => view.getFloat64(at, true)],
  "<f4": [4, (view, at) => view.getFloat32(at, true)],
  "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
  "<u8": [8, (view, at) => Number(view.getBigUint64(at, true))],
  "<i4": [4, (view, at) => view.getInt32(at, true)],
  "<u4": [4, (view, at) => view.getUint32(at, true)],
  "<i2": [2, (view, at) => view.getInt16(at, true)],
  "<u2": [2, (view, at) => view.getUint16(at, true)],
  "|u1": [1, (view, at) => view.getUint8(at)],
  "|i1": [1, (view, at) => view.getInt8(at)],
  "|b1": [1, (view, at) => view.getUint8(at)],
};

/**
 * Reads arrays of an archive.
 *
 * @param path path of the archive, for messages
 * @param names arrays to read; those that it does not have are left out
 * @throws {DatasetError} where it is damaged, or an array is of another kind than whole or floating-point numbers
 */
export function readNpz(
  bytes: Uint8Array,
  path: string,
  names: readonly string[],
): Map<string, NumberArray> {
  const files = new Set(names.map((name) => `${name}.npy`));
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}; fetch it again`);
  const entries = unzipped(bytes, (name) => files.has(name), fail);
  return new Map(
    Object.entries(entries).map(([name, content]) => [
      name.slice(0, -".npy".length),
      readNpy(content, (what) => fail(`its array '${name}' ${what}`)),
    ]),
  );
}

/** An archive's list of files ends within so many bytes of its end, for a dozen arrays. */
const LIST_BYTES = 4096;

/**
 * Whether an archive has an array, by the list at its end; a damaged one counts as having it, and is refused once it is
 * read.
 */
export function hasArray(path: string, name: string): boolean {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const bytes = new Uint8Array(Math.min(size, LIST_BYTES));
  file.seekSync(size - bytes.length, Deno.SeekMode.Start);
  file.readSync(bytes);
  const list = new TextDecoder("latin1").decode(bytes);
  return !list.includes("PK\x05\x06") || list.includes(`${name}.npy`);
}

function unzipped(
  bytes: Uint8Array,
  isWanted: (name: string) => boolean,
  fail: (what: string) => Error,
): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, { filter: ({ name }) => isWanted(name) });
  } catch (error) {
    throw fail(`it is no whole archive (${(error as Error).message})`);
  }
}

function readNpy(bytes: Uint8Array, fail: (what: string) => Error): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isNpy = bytes.length > 12 && startsWith(bytes, MAGIC);
  if (!isNpy) throw fail("is no .npy file");
  // Version 1 has a header of at most 64 KiB; later ones, longer ones.
  const [start, length] = bytes[6] === 1
    ? [10, view.getUint16(8, true)]
    : [12, view.getUint32(8, true)];
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1]?.split(",")
    .map((part) => part.trim()).filter((part) => part !== "").map(Number);
  const [size, read] = (Object.hasOwn(TYPES, type) ? TYPES[type] : undefined) ?? [];
  const isByColumn = /'fortran_order':\s*True/.test(header) && shape !== undefined &&
    shape.length > 1;
  if (!size || !read || !shape || (isByColumn && shape.length > 2)) {
    throw fail(`has the header ${header.trim()}, which is not supported`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length < start + length + count * size) throw fail("is cut");
  const values = new Float64Array(count);
  const [rows = 1, columns = 1] = shape;
  for (let i = 0; i < count; i++) {
    const at = isByColumn ? i % columns * rows + Math.floor(i / columns) : i;
    values[i] = read(view, start + length + at * size);
  }
  return { shape, values };
}
