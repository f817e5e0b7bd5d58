/**
 * The header of PLY files: where the points lie in the file.
 *
 * Source: Greg Turk, "The PLY Polygon File Format" (1994).
 *
 * @module
 */
import { bytesOf, pointFields } from "./fields.js";

/** @type {Record<string, import("./scan_file.js").Scalar>} */
const TYPES = {
  char: "Int8",
  int8: "Int8",
  uchar: "Uint8",
  uint8: "Uint8",
  short: "Int16",
  int16: "Int16",
  ushort: "Uint16",
  uint16: "Uint16",
  int: "Int32",
  int32: "Int32",
  uint: "Uint32",
  uint32: "Uint32",
  float: "Float32",
  float32: "Float32",
  double: "Float64",
  float64: "Float64",
};
/**
 * Reads a header.
 *
 * @param {Uint8Array<ArrayBuffer>} head
 * @returns {import("./scan_file.js").Records}
 * @throws {SyntaxError}
 */
export function plyRecords(head) {
  const text = new TextDecoder("latin1").decode(head);
  const end = /[\r\n][ \t]*end_header[ \t]*(?:\r\n|\n|\r)/.exec(text);
  if (!end) throw new SyntaxError("its header has no end");
  const offset = end.index + end[0].length;
  const lines = text.slice(0, end.index).split(/[\r\n]+/).map((line) => line.trim().split(/\s+/));
  const encoding = lines.find(([word]) => word === "format")?.[1];
  const elements = lines.filter(([word]) => word === "element");
  if (elements[0]?.[1] !== "vertex") throw new SyntaxError("other elements precede its points");
  const from = lines.indexOf(elements[0]);
  const to = elements[1] ? lines.indexOf(elements[1]) : lines.length;
  let stride = 0;
  /** @type {Map<string, import("./scan_file.js").Field>} */
  const fields = new Map();
  for (const [word, kind, name] of lines.slice(from, to)) {
    if (word !== "property") continue;
    const type = TYPES[kind];
    if (!type) throw new SyntaxError(`its points have a property of type ${kind}`);
    fields.set(name.toLowerCase(), { at: encoding === "ascii" ? fields.size : stride, type });
    stride += bytesOf(type);
  }
  return {
    count: Number(elements[0][2]),
    least: null,
    greatest: null,
    layout: {
      offset,
      stride: encoding === "ascii" ? 0 : stride,
      little: encoding !== "binary_big_endian",
      ...pointFields(fields),
    },
  };
}
