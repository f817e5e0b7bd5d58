/**
 * Safetensors, read and written by hand (https://github.com/huggingface/safetensors): 8 bytes of header
 * length, a JSON header, raw little-endian data. No npm package checks what it reads.
 *
 * @module
 */

/** Data types that occur here. */
export type TensorData = Float32Array | Int32Array | BigInt64Array;

/** One named array in row-major order. */
export interface NamedTensor {
  /** Length along each axis. */
  readonly shape: readonly number[];
  /** The values. */
  readonly data: TensorData;
}

/** A whole file. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checkpoint that cannot be read; the message names the entry and the mend. */
export class CheckpointError extends SyntaxError {
  /** Name of the class. */
  override name = "CheckpointError";
}

/** What is written. */
const TYPES = {
  F32: Float32Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

/** What is read, by its name in the file: bytes of an element, and how they become an array. */
const READERS: Readonly<
  Record<string, { readonly bytes: number; read(data: ArrayBuffer): TensorData }>
> = {
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

/**
 * Reads a safetensors file; floats of other widths become float32. Ranges are held against the file's length and against each other before anything
 * is copied: as in the reference implementation, the tensors fill the data without overlap or hole.
 *
 * @throws {CheckpointError} naming the entry that does not fit.
 */
export function readSafetensors(bytes: Uint8Array, file = "checkpoint"): SafetensorsFile {
  const fail: (what: string) => never = (what) => {
    throw new CheckpointError(`Cannot read ${file}: ${what}`);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes are no safetensors file`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > bytes.length - 8) {
    fail(
      `the header claims ${length} bytes at byte 0, the file holds ${bytes.length - 8} after it`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, 8 + length)),
    );
  } catch {
    fail("the header at byte 8 is no JSON");
  }
  if (!isRecord(header)) fail("the header at byte 8 is no JSON object");
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isStrings(metadata)) fail('"__metadata__" must be an object of strings');
  const data = bytes.subarray(8 + length);
  const tensors = new Map<string, NamedTensor>();
  const ranges: { name: string; from: number; to: number }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { dtype, shape, data_offsets: range } = isRecord(entry) ? entry : {};
    const reader = typeof dtype === "string" && Object.hasOwn(READERS, dtype)
      ? READERS[dtype]
      : undefined;
    if (!reader) {
      const found = typeof dtype === "string" ? `is ${dtype}` : "has no dtype";
      fail(`"${name}" ${found}; convert it to ${Object.keys(READERS).join(", ")}`);
    }
    if (!isSizes(shape)) fail(`the shape of "${name}" is no list of whole numbers`);
    if (!isSizes(range) || range.length !== 2) {
      fail(`the data_offsets of "${name}" are no two whole numbers`);
    }
    const needed = shape.reduce((product, size) => product * size, 1) * reader.bytes;
    const [from, to] = range as [number, number];
    if (to > data.length || to - from !== needed) {
      fail(
        `"${name}" of shape [${shape}] needs ${needed} bytes and claims bytes ${from} to ${to} of ` +
          `${data.length}; fetch the file again if it was cut off`,
      );
    }
    ranges.push({ name, from, to });
    // A copy at a multiple of eight bytes; slice() is none where the bytes are a Buffer of node's.
    tensors.set(name, { shape, data: reader.read(new Uint8Array(data.subarray(from, to)).buffer) });
  }
  ranges.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of ranges) {
    if (from !== end) {
      fail(`"${name}" starts at byte ${from} of the data, the tensor before it ends at ${end}`);
    }
    end = to;
  }
  if (end !== data.length) fail(`${data.length - end} bytes after byte ${end} are no tensor's`);
  return { tensors, metadata };
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
 * Writes a safetensors file; tensors keep the order of the map, data starts on a multiple of 8.
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
  let json = JSON.stringify(header);
  json = json.padEnd(
    Math.ceil(new TextEncoder().encode(json).length / 8) * 8 -
      (new TextEncoder().encode(json).length - json.length),
  );
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  let at = 8 + text.length;
  for (const { data } of file.tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}
