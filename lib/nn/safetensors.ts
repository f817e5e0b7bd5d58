/**
 * Reading and writing of safetensors files (https://github.com/huggingface/safetensors): 8 bytes that hold the length of
 * the header, a JSON header, and raw little-endian data. This is done by hand because no npm package checks what it reads.
 *
 * @module
 */

/** The values of a tensor. */
export type TensorData = Float32Array | Int32Array | BigInt64Array;

/** One tensor of a file. */
export interface NamedTensor {
  /** Sizes along its axes. */
  readonly shape: readonly number[];
  /** Values in row-major order. */
  readonly data: TensorData;
}

/** A tensor of a data type that is not read. It is in the way only where its values are needed. */
export interface UnreadTensor {
  /** Sizes along its axes. */
  readonly shape: readonly number[];
  /** Of which type it is, and the mend: what an error says after its name. */
  readonly unread: string;
}

/** A tensor of another program's file. */
export type ForeignTensor = NamedTensor | UnreadTensor;

/** The checkpoint of another program. */
export interface Checkpoint {
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, ForeignTensor>;
  /** Name of the dictionary that they stand in; null where the format has none. */
  readonly dictionary: string | null;
  /** Names of the other dictionaries of tensors in the file. */
  readonly others: readonly string[];
  /** Settings of the network by name, where the file has them beside the tensors; null where it does not. */
  readonly config: ReadonlyMap<unknown, unknown> | null;
}

/** The content of a file. */
export interface SafetensorsFile {
  /** Tensors by name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Texts by name, such as a model card. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checkpoint that cannot be used; the message names the entry and the mend. */
export class CheckpointError extends SyntaxError {
  /** Name of the class. */
  override name = "CheckpointError";
}

/** Data types that are written, by their names in the file. */
const TYPES = {
  F32: Float32Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

/** How an element of a data type is read. */
export interface DtypeReader {
  /** Bytes of an element. */
  readonly bytes: number;
  /** Gives the elements; floats become float32. */
  read(data: ArrayBuffer): TensorData;
}

/** Data types that are read, by their names in the file. */
export const ELEMENT_READERS: Readonly<Record<string, DtypeReader>> = {
  F32: { bytes: 4, read: (data) => new Float32Array(data) },
  I32: { bytes: 4, read: (data) => new Int32Array(data) },
  I64: { bytes: 8, read: (data) => new BigInt64Array(data) },
  F64: { bytes: 8, read: (data) => Float32Array.from(new Float64Array(data)) },
  F16: { bytes: 2, read: (data) => Float32Array.from(new Float16Array(data)) },
  // The upper half of a float32.
  BF16: {
    bytes: 2,
    read: (data) =>
      new Float32Array(Uint32Array.from(new Uint16Array(data), (half) => half << 16).buffer),
  },
};

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Throws an error about the file that is being read. */
type Fail = (problem: string) => never;

/**
 * Reads a safetensors file; floats of other widths become float32. Ranges are checked against the length of the file and
 * against each other before anything is copied: as in the reference implementation, the tensors must fill the data without
 * overlap or hole.
 *
 * @param file name of the file, for errors.
 * @throws {CheckpointError} naming the entry that is wrong.
 */
export function readSafetensors(bytes: Uint8Array, file = "checkpoint"): SafetensorsFile {
  const { tensors, metadata } = readForeignSafetensors(bytes, file);
  const read = new Map<string, NamedTensor>();
  for (const [name, tensor] of tensors) {
    if ("unread" in tensor) {
      throw new CheckpointError(`Cannot read ${file}: "${name}" ${tensor.unread}`);
    }
    read.set(name, tensor);
  }
  return { tensors: read, metadata };
}

/**
 * Reads a safetensors file of another program, which may hold tensors of other types than those that are read here.
 *
 * @param file name of the file, for errors.
 * @throws {CheckpointError} naming the entry that is wrong.
 */
export function readForeignSafetensors(
  bytes: Uint8Array,
  file: string,
): Pick<SafetensorsFile, "metadata"> & Pick<Checkpoint, "tensors"> {
  const fail: Fail = (problem) => {
    throw new CheckpointError(`Cannot read ${file}: ${problem}`);
  };
  const { header, start } = readHeader(bytes, fail);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isStrings(metadata)) fail('"__metadata__" must be an object of strings');
  const data = bytes.subarray(start);
  const ranges = Object.entries(entries).map(([name, entry]) =>
    rangeOf(name, entry, data.length, fail)
  );
  requireNoGaps(ranges, data.length, fail);
  const tensors = new Map(
    ranges.map(({ name, shape, dtype, from, to }): [string, ForeignTensor] => {
      const reader = readerOf(dtype);
      if (!reader) {
        const unread = `is ${dtype}; convert it to ${Object.keys(ELEMENT_READERS).join(", ")}`;
        return [name, { shape, unread }];
      }
      // A copy starts at a multiple of eight bytes. (slice() of a Buffer of node would give a view.)
      const copy = new Uint8Array(data.subarray(from, to)).buffer;
      return [name, { shape, data: reader.read(copy) }];
    }),
  );
  return { tensors, metadata };
}

/** How a data type is read; undefined where it is not. */
function readerOf(dtype: string): DtypeReader | undefined {
  return Object.hasOwn(ELEMENT_READERS, dtype) ? ELEMENT_READERS[dtype] : undefined;
}

/** Reads the header, and gives the byte at which the data starts. */
function readHeader(
  bytes: Uint8Array,
  fail: Fail,
): { header: Record<string, unknown>; start: number } {
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, too few for a safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) {
    fail(
      `the header claims ${length} bytes at byte 0, the file holds ${bytes.length - 8} after it`,
    );
  }
  const start = 8 + length;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    fail("the header at byte 8 is not JSON");
  }
  if (!isRecord(header)) fail("the header at byte 8 is not a JSON object");
  return { header, start };
}

/** Where the bytes of a tensor are in the data, and of which type they are. */
interface TensorRange {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly from: number;
  readonly to: number;
}

/** Checks the entry of a tensor by itself. */
function rangeOf(name: string, entry: unknown, available: number, fail: Fail): TensorRange {
  const { dtype, shape, data_offsets: range } = isRecord(entry) ? entry : {};
  if (typeof dtype !== "string") {
    fail(`"${name}" has no dtype; convert it to ${Object.keys(ELEMENT_READERS).join(", ")}`);
  }
  if (!isSizes(shape)) fail(`the shape of "${name}" is not a list of whole numbers`);
  if (!isSizes(range) || range.length !== 2) {
    fail(`the data_offsets of "${name}" are not two whole numbers`);
  }
  const [from, to] = range as [number, number];
  const count = shape.reduce((product, size) => product * size, 1);
  const reader = readerOf(dtype);
  // How long elements of other types are is not known here.
  const needed = reader ? count * reader.bytes : Math.max(0, to - from);
  if (to > available || to - from !== needed) {
    fail(
      `"${name}" of shape [${shape}] needs ${needed} bytes and claims bytes ${from} to ${to} of ` +
        `${available}; fetch the file again if it was cut off`,
    );
  }
  return { name, shape, dtype, from, to };
}

/** Checks that the tensors fill the data without overlap or hole. */
function requireNoGaps(ranges: readonly TensorRange[], available: number, fail: Fail): void {
  let end = 0;
  for (const { name, from, to } of ranges.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== end) {
      fail(`"${name}" starts at byte ${from} of the data, the tensor before it ends at ${end}`);
    }
    end = to;
  }
  if (end !== available) fail(`${available - end} bytes after byte ${end} belong to no tensor`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

/**
 * Writes a safetensors file. Tensors keep the order of the map; the data starts at a multiple of eight bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const tensors = new Map([["w", { shape: [2], data: Float32Array.of(1, 2) }]]);
 * const bytes = writeSafetensors({ tensors, metadata: { made: "here" } });
 * assert.deepEqual(readSafetensors(bytes).tensors, tensors);
 * ```
 */
export function writeSafetensors(file: SafetensorsFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, HeaderEntry | Record<string, string>> = {
    __metadata__: { ...file.metadata },
  };
  let offset = 0;
  for (const [name, { shape, data }] of file.tensors) {
    const dtype = Object.entries(TYPES).find(([, type]) => data instanceof type)![0];
    header[name] = {
      dtype,
      shape: [...shape],
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  // The header is padded with spaces.
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + offset).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { data } of file.tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
