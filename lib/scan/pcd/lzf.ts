/**
 * LZF, the compression of PCD files (format of Marc Lehmann's LibLZF): runs of literal bytes, and references to bytes that
 * came before.
 *
 * @module
 */

/** The most bytes that one compressed byte becomes: three bytes refer to 264. */
export const MOST_LZF_GROWTH = 88;

const MOST_LITERALS = 32;
const MOST_DISTANCE = 1 << 13;
const LEAST_REFERENCE = 3;
const MOST_REFERENCE = 264;
const HASH_BITS = 14;

/** Where compressed bytes are wrong. */
export class LzfError extends Error {
  override name = "LzfError";
  /** @param at byte among the compressed ones */
  constructor(message: string, readonly at: number) {
    super(message);
  }
}

/**
 * Decompresses.
 *
 * @param size bytes that it becomes
 * @throws {LzfError} where it becomes more or fewer, or refers to bytes that do not exist
 */
export function decompressLzf(compressed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  while (from < compressed.length) {
    const at = from;
    const control = compressed[from++]!;
    if (control < MOST_LITERALS) {
      const count = control + 1;
      if (from + count > compressed.length || to + count > size) {
        throw new LzfError(`${count} literal bytes do not fit`, at);
      }
      out.set(compressed.subarray(from, from + count), to);
      from += count;
      to += count;
      continue;
    }
    const short = control >> 5;
    const length = 2 + short + (short === 7 ? compressed[from++] ?? NaN : 0);
    const source = to - 1 - ((control & 0x1f) << 8) - (compressed[from++] ?? NaN);
    if (!(source >= 0 && to + length <= size)) {
      throw new LzfError(`a reference to ${length} bytes reaches beyond the data`, at);
    }
    // The copied bytes may be among those that are being written.
    for (let i = 0; i < length; i++) out[to + i] = out[source + i]!;
    to += length;
  }
  if (to < size) throw new LzfError(`it ends after ${to} of ${size} bytes`, compressed.length);
  return out;
}

/**
 * Compresses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const bytes = new Uint8Array(1000).fill(7);
 * const compressed = compressLzf(bytes);
 * assert(compressed.length < 20);
 * assert.deepEqual(decompressLzf(compressed, 1000), bytes);
 * ```
 */
export function compressLzf(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + Math.ceil(bytes.length / MOST_LITERALS) + 1);
  /** The last place, plus one, at which three bytes of a hash stood. */
  const places = new Uint32Array(1 << HASH_BITS);
  let to = 0;
  let literals = 0;
  const writeLiterals = (end: number) => {
    for (let from = literals; from < end; from += MOST_LITERALS) {
      const run = bytes.subarray(from, Math.min(from + MOST_LITERALS, end));
      out[to++] = run.length - 1;
      out.set(run, to);
      to += run.length;
    }
  };
  for (let at = 0; at + LEAST_REFERENCE <= bytes.length;) {
    const three = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    const hash = Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
    const source = places[hash]! - 1;
    places[hash] = at + 1;
    const distance = at - source - 1;
    const most = Math.min(MOST_REFERENCE, bytes.length - at);
    let length = 0;
    if (source >= 0 && distance < MOST_DISTANCE) {
      while (length < most && bytes[source + length] === bytes[at + length]) length++;
    }
    if (length < LEAST_REFERENCE) {
      at++;
      continue;
    }
    writeLiterals(at);
    const code = length - 2;
    out[to++] = (Math.min(code, 7) << 5) | (distance >> 8);
    if (code >= 7) out[to++] = code - 7;
    out[to++] = distance & 0xff;
    at += length;
    literals = at;
  }
  writeLiterals(bytes.length);
  return out.slice(0, to);
}
