/**
 * Tables of numbers that pandas has pickled, as PandaSet stores its points: `DataFrame.to_pickle` of pandas 0.23 to 2, which
 * keep columns of one type together in blocks.
 *
 * Source: `pandas/core/internals/managers.py` (`BlockManager.__getstate__`, `__reduce__`), and NumPy's
 * `ndarray.__reduce__`.
 *
 * @module
 */
import { gunzipSync } from "node:zlib";
import { PickledCall, readPickle } from "../../pickle/pickle.ts";
import { DatasetError } from "../scene_folder.ts";

/** Columns by name, each with a number for each row. */
export type PandasTable = ReadonlyMap<string, Float64Array>;

type Fail = (problem: string) => never;

/** A block: rows of the transposed table. */
interface Block {
  values: NumpyArray;
  places: number[];
}

interface NumpyArray {
  shape: number[];
  /** One number for each element, the last axis fastest; the elements themselves where they are objects. */
  data: Float64Array | unknown[];
}

/** The most bytes that a table may have once it is unpacked. */
const MOST_BYTES = 2 ** 30;

/** Readers of numbers by NumPy's kind and bytes. */
const READERS: Readonly<Record<string, (view: DataView, at: number) => number>> = {
  b1: (view, at) => view.getUint8(at),
  i1: (view, at) => view.getInt8(at),
  u1: (view, at) => view.getUint8(at),
  i2: (view, at) => view.getInt16(at, true),
  u2: (view, at) => view.getUint16(at, true),
  i4: (view, at) => view.getInt32(at, true),
  u4: (view, at) => view.getUint32(at, true),
  i8: (view, at) => Number(view.getBigInt64(at, true)),
  u8: (view, at) => Number(view.getBigUint64(at, true)),
  f4: (view, at) => view.getFloat32(at, true),
  f8: (view, at) => view.getFloat64(at, true),
};

/**
 * Reads a table of a `.pkl.gz` or `.pkl` file.
 *
 * @param path of the file, for errors
 * @throws {DatasetError} where it holds something else, or its numbers are of a type that is not known
 */
export function readPandasTable(bytes: Uint8Array, path: string): PandasTable {
  const fail: Fail = (problem) => {
    throw new DatasetError(`Cannot read ${path}: ${problem}; fetch it again`);
  };
  const root = readPickle(unpacked(bytes, fail), fail);
  if (!(root instanceof PickledCall) || !root.name.endsWith(".DataFrame")) {
    fail("it is no table of pandas");
  }
  const state = root.entries.get("state");
  const manager = state instanceof Map ? state.get("_mgr") ?? state.get("_data") : undefined;
  if (!(manager instanceof PickledCall) || !manager.name.endsWith("BlockManager")) {
    fail("its table has no blocks");
  }
  const { names, blocks } = partsOf(manager, fail);
  const table = new Map<string, Float64Array>();
  for (const { values, places } of blocks) {
    const [columns = 0, rows = 0] = values.shape;
    if (values.shape.length !== 2 || columns !== places.length) fail("a block has another shape");
    places.forEach((place, column) => {
      const name = names[place];
      // Columns of text are of no use here.
      if (name === undefined || !(values.data instanceof Float64Array)) return;
      table.set(name, values.data.subarray(column * rows, (column + 1) * rows));
    });
  }
  return table;
}

function unpacked(bytes: Uint8Array, fail: Fail): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch (error) {
    return fail(`its compression is damaged (${(error as Error).message})`);
  }
}

/** Names of columns and blocks, in the form of pandas 1.3 and later, or in that of earlier versions. */
function partsOf(manager: PickledCall, fail: Fail): { names: string[]; blocks: Block[] } {
  if (manager.args.length >= 2) {
    const [blocks, axes] = manager.args;
    return {
      names: namesOf(listIn(axes, fail)[0], fail),
      blocks: listIn(blocks, fail).map((block) => {
        if (!(block instanceof PickledCall)) return fail("a block is none");
        const [values, places] = block.args;
        return { values: arrayOf(values, fail), places: placesOf(places, fail) };
      }),
    };
  }
  const state = manager.entries.get("state");
  const extra = Array.isArray(state) && state[3] instanceof Map ? state[3].get("0.14.1") : null;
  if (!(extra instanceof Map)) fail("its table is of a version of pandas that is not known");
  return {
    names: namesOf(listIn(extra.get("axes"), fail)[0], fail),
    blocks: listIn(extra.get("blocks"), fail).map((block) => {
      if (!(block instanceof Map)) return fail("a block is none");
      return {
        values: arrayOf(block.get("values"), fail),
        places: placesOf(block.get("mgr_locs"), fail),
      };
    }),
  };
}

function listIn(value: unknown, fail: Fail): readonly unknown[] {
  return Array.isArray(value) ? value : fail("its table lacks blocks or axes");
}

/** The names of an index of columns. */
function namesOf(index: unknown, fail: Fail): string[] {
  const about = index instanceof PickledCall ? index.args[1] : undefined;
  const data = about instanceof Map ? about.get("data") : undefined;
  if (data === undefined) fail("its columns have no names");
  return Array.from(arrayOf(data, fail).data, String);
}

/** The columns that a block holds. */
function placesOf(value: unknown, fail: Fail): number[] {
  if (value instanceof PickledCall && value.name.endsWith(".slice")) {
    const [start, stop, step] = value.args.map((part) => Number(part ?? 1));
    const count = Math.ceil((stop! - start!) / step!);
    if (!(count >= 0 && count < 1000)) fail("a block holds no columns");
    return Array.from({ length: count }, (_, i) => start! + i * step!);
  }
  return Array.from(arrayOf(value, fail).data, Number);
}

/** An array of NumPy. */
function arrayOf(value: unknown, fail: Fail): NumpyArray {
  if (!(value instanceof PickledCall)) return fail("an array is none");
  if (value.name.endsWith("._frombuffer")) {
    const [buffer, type, shape, order] = value.args;
    return numbersOf(buffer, type, shape, order === "F", fail);
  }
  const state = value.entries.get("state");
  if (!value.name.endsWith("._reconstruct") || !Array.isArray(state)) {
    return fail(`an array is made by ${value.name}`);
  }
  const [, shape, type, isColumnMajor, buffer] = state;
  if (Array.isArray(buffer)) return { shape: sizesOf(shape, fail), data: buffer };
  return numbersOf(buffer, type, shape, isColumnMajor === true, fail);
}

function numbersOf(
  buffer: unknown,
  type: unknown,
  shape: unknown,
  isColumnMajor: boolean,
  fail: Fail,
): NumpyArray {
  const name = type instanceof PickledCall ? `${type.args[0]}` : "";
  const order = type instanceof PickledCall ? type.entries.get("state") : undefined;
  const read = READERS[name];
  if (!read || (Array.isArray(order) && order[1] === ">")) {
    fail(`its numbers are of type '${name}'`);
  }
  const bytes = bytesOf(buffer, fail);
  const sizes = sizesOf(shape, fail);
  const width = Number(name.slice(1));
  const count = sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== count * width) {
    fail(`an array of ${sizes.join(" by ")} numbers has ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [rows = 1, columns = 1] = sizes;
  const place = isColumnMajor && sizes.length === 2
    ? (i: number) => (i % columns) * rows + Math.floor(i / columns)
    : (i: number) => i;
  return {
    shape: sizes,
    data: Float64Array.from({ length: count }, (_, i) => read(view, place(i) * width)),
  };
}

/** Bytes, which protocol 2 writes as text of as many characters. */
function bytesOf(value: unknown, fail: Fail): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value instanceof PickledCall && value.name === "_codecs.encode") {
    return Uint8Array.from(`${value.args[0]}`, (character) => character.charCodeAt(0));
  }
  return fail("an array has no numbers");
}

function sizesOf(value: unknown, fail: Fail): number[] {
  const isSize = (size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0;
  return Array.isArray(value) && value.every(isSize) ? value : fail("an array has no shape");
}
