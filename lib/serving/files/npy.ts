/**
 * Arrays as `.npy` files for clients that work with NumPy: `np.load(file)` returns one value for each point, in the
 * order of the scan. Version 1.0 of the format, as `numpy.lib.format` describes it.
 *
 * @module
 */

/** The magic string `\x93NUMPY` and the version 1.0. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts at a multiple of this many bytes, so that the file can be mapped into memory. */
const ALIGNMENT = 64;

/**
 * Encodes an array as a `.npy` file: uint8 as `|u1`, uint32 as `<u4`, int64 as `<i8`, float32 as `<f4`.
 *
 * @param shape of the array, in C order; by default it has one dimension
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encodeNpy } from "./npy.ts";
 *
 * const file = encodeNpy(Uint8Array.of(2, 0, 1));
 * assert.match(new TextDecoder("latin1").decode(file), /NUMPY.*'descr': '\|u1'.*'shape': \(3,\)/s);
 * assert.deepEqual([...file.subarray(-3)], [2, 0, 1]);
 * ```
 */
export function encodeNpy(
  values: Uint8Array | Uint32Array | BigInt64Array | Float32Array,
  shape: readonly number[] = [values.length],
): Uint8Array<ArrayBuffer> {
  const type = typeOf(values);
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(", ")}${
    shape.length === 1 ? "," : ""
  }), }`;
  const before = MAGIC.length + 2;
  const start = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(start + values.byteLength);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint16(MAGIC.length, start - before, true);
  file.set(new TextEncoder().encode(header.padEnd(start - before - 1) + "\n"), before);
  if (values instanceof Uint8Array) file.set(values, start);
  else if (values instanceof Uint32Array) {
    values.forEach((value, i) => view.setUint32(start + 4 * i, value, true));
  } else if (values instanceof BigInt64Array) {
    values.forEach((value, i) => view.setBigInt64(start + 8 * i, value, true));
  } else values.forEach((value, i) => view.setFloat32(start + 4 * i, value, true));
  return file;
}

function typeOf(values: Uint8Array | Uint32Array | BigInt64Array | Float32Array): string {
  if (values instanceof Uint8Array) return "|u1";
  if (values instanceof Uint32Array) return "<u4";
  return values instanceof BigInt64Array ? "<i8" : "<f4";
}
