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
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A whole file. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checkpoint that cannot be read; the message names the entry and the mend. */
export class CheckpointError extends SyntaxError {
  override name = "CheckpointError";
}

const TYPES = {
  F32: Float32Array,
  I32: Int32Array,
  I64: BigInt64Array,
} as const;

interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Reads a safetensors file. Ranges are held against the file's length before anything is copied.
 *
 * @throws {CheckpointError} naming the entry that does not fit.
 */
export function readSafetensors(bytes: Uint8Array, file = "checkpoint"): SafetensorsFile {
  const fail = (what: string): never => {
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
  let header: Record<string, HeaderEntry | Record<string, string>>;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(
      bytes.subarray(8, 8 + length),
    ));
  } catch {
    return fail("the header at byte 8 is no JSON");
  }
  const tensors = new Map<string, NamedTensor>();
  const start = 8 + length;
  for (const [name, raw] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: range } = raw as HeaderEntry;
    const type = TYPES[dtype as keyof typeof TYPES];
    if (!type) fail(`"${name}" is ${dtype}; convert it to F32, I32 or I64`);
    if (!Array.isArray(shape) || !Array.isArray(range)) fail(`"${name}" has no shape or range`);
    const count = shape.reduce((product, size) => product * size, 1);
    const [from, to] = range;
    if (
      !(from >= 0 && to <= bytes.length - start && to - from === count * type.BYTES_PER_ELEMENT)
    ) {
      fail(`"${name}" of shape [${shape}] does not fit bytes ${from} to ${to}`);
    }
    const copy = bytes.slice(start + from, start + to).buffer;
    tensors.set(name, { shape, data: new type(copy) });
  }
  return { tensors, metadata: (header.__metadata__ ?? {}) as Record<string, string> };
}

/** Writes a safetensors file; tensors keep the order of the map, data starts on a multiple of 8. */
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
