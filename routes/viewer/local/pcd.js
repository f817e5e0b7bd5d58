/**
 * The header of PCD files: where the points lie in the file.
 *
 * Source: Point Cloud Library, "The PCD (Point Cloud Data) file format".
 *
 * @module
 */
import { pointFields } from "./fields.js";

/** @type {Record<string, import("./scan_file.js").Scalar>} */
const TYPES = {
  I1: "Int8",
  U1: "Uint8",
  I2: "Int16",
  U2: "Uint16",
  I4: "Int32",
  U4: "Uint32",
  F4: "Float32",
  F8: "Float64",
};

/**
 * Reads a header.
 *
 * @param {Uint8Array<ArrayBuffer>} head
 * @returns {import("./scan_file.js").Records}
 * @throws {SyntaxError}
 */
export function pcdRecords(head) {
  const text = new TextDecoder("latin1").decode(head);
  const end = /(?:^|\n)DATA +(\w+)[ \t]*\r?\n/.exec(text);
  if (!end) throw new SyntaxError("its header has no end");
  const [, encoding] = end;
  const offset = end.index + end[0].length;
  /** @param {string} name */
  const words = (name) => new RegExp(`(?:^|\\n)${name} +(.*)`).exec(text)?.[1].trim().split(/\s+/);
  const names = words("FIELDS") ?? words("COLUMNS") ?? [];
  const [sizes, types, counts] = ["SIZE", "TYPE", "COUNT"].map(words);
  let [stride, column] = [0, 0];
  /** @type {Map<string, import("./scan_file.js").Field>} */
  const fields = new Map();
  const isText = encoding === "ascii";
  names.forEach((name, i) => {
    const type = TYPES[`${types?.[i]}${sizes?.[i]}`];
    const count = Number(counts?.[i] ?? 1);
    const at = isText ? column : stride;
    if (type && count === 1) fields.set(name.toLowerCase(), { at, type });
    stride += Number(sizes?.[i]) * count;
    column += count;
  });
  const packed = fields.get("rgb") ?? fields.get("rgba");
  const found = pointFields(fields);
  return {
    count: Number(words("POINTS")?.[0] ?? 0),
    least: null,
    greatest: null,
    layout: encoding === "binary_compressed" ? null : {
      offset,
      stride: isText ? 0 : stride,
      little: true,
      ...found,
      // Blue comes first.
      color: packed
        ? [2, 1, 0].map((byte) =>
          isText
            ? { at: packed.at, type: "Uint8", packed: { byte, type: packed.type } }
            : { at: packed.at + byte, type: "Uint8" }
        )
        : found.color,
    },
  };
}
