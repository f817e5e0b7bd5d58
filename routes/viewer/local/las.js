/**
 * The header of LAS and LAZ files: where the points lie in the file and in space.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15".
 *
 * @module
 */

/** Bytes of the smallest header. */
const LEAST_BYTES = 227;
/** Byte of the colours in a record, by the point format. @type {Record<number, number>} */
const COLOR_AT = { 2: 20, 3: 28, 5: 28, 7: 30, 8: 30, 10: 30 };
const INTENSITY_AT = 12;

/**
 * Reads a header.
 *
 * @param {Uint8Array<ArrayBuffer>} head
 * @returns {import("./scan_file.js").Records}
 * @throws {SyntaxError}
 */
export function lasRecords(head) {
  if (head.length < LEAST_BYTES) throw new SyntaxError("the file ends within its header");
  const view = new DataView(head.buffer);
  const minor = head[25];
  const format = head[104];
  const three = (/** @type {number[]} */ bytes) => bytes.map((at) => view.getFloat64(at, true));
  const count = view.getUint32(107, true) ||
    (minor >= 4 ? Number(view.getBigUint64(247, true)) : 0);
  const scale = three([131, 139, 147]);
  const shift = three([155, 163, 171]);
  const bounds = { greatest: three([179, 195, 211]), least: three([187, 203, 219]) };
  // The highest bit says that the points are compressed.
  if (format & 0x80) return { count, ...bounds, layout: null };
  const colorAt = COLOR_AT[format];
  return {
    count,
    ...bounds,
    layout: {
      offset: view.getUint32(96, true),
      stride: view.getUint16(105, true),
      little: true,
      position: [0, 1, 2].map((axis) => ({
        at: 4 * axis,
        type: "Int32",
        scale: scale[axis],
        shift: shift[axis],
      })),
      color: colorAt === undefined
        ? null
        : [0, 2, 4].map((byte) => ({ at: colorAt + byte, type: "Uint16" })),
      intensity: { at: INTENSITY_AT, type: "Uint16" },
      // Old formats keep flags in the upper bits.
      label: format < 6 ? { at: 15, type: "Uint8", bits: 5 } : { at: 16, type: "Uint8" },
    },
  };
}
