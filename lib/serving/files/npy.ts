/**
 * Arrays as `.npy` files, for clients that work with NumPy: `np.load(file)` gives one value a point, in the order
 * of the scan. Version 1.0 of the format, as `numpy.lib.format` describes it.
 *
 * @module
 */

/** `\x93NUMPY`, version 1.0. */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts at a multiple of so many bytes, so that it can be mapped into memory. */
const ALIGNMENT = 64;

/** An array of one dimension as a `.npy` file: uint8 as `|u1`, float32 as `<f4`. */
export function encodeNpy(values: Uint8Array | Float32Array): Uint8Array<ArrayBuffer> {
  const type = values instanceof Uint8Array ? "|u1" : "<f4";
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${values.length},), }`;
  const before = MAGIC.length + 2;
  const start = Math.ceil((before + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(start + values.byteLength);
  const view = new DataView(file.buffer);
  file.set(MAGIC);
  view.setUint16(MAGIC.length, start - before, true);
  file.set(new TextEncoder().encode(header.padEnd(start - before - 1) + "\n"), before);
  if (values instanceof Uint8Array) file.set(values, start);
  else values.forEach((value, i) => view.setFloat32(start + 4 * i, value, true));
  return file;
}
