/**
 * Reads scans in the browser, for a picture before anything is sent: PLY, LAS, PCD and text, thinned to what can be shown. The
 * server reads more formats, checks what it reads, and alone decides what a file means.
 *
 * @module
 */
import { lasRecords } from "./las.js";
import { pcdRecords } from "./pcd.js";
import { plyRecords } from "./ply.js";
import { countLines, packPoints } from "./points_of_records.js";
import { textRecords } from "./text.js";

/** Bytes in which the header of a file is looked for. */
const HEAD_BYTES = 2 ** 18;
/** Larger text is not read here: it is held as a whole. */
const MOST_TEXT_BYTES = 2 ** 27;
const TEXT = /\.(csv|xyz|asc|pts)$/i;
/** Formats that only the server reads. */
const SERVER_ONLY = "It is shown once it is labelled.";

/**
 * What the beginning of a file says of its points.
 *
 * @typedef {object} Records
 * @property {number | null} count null where the lines have to be counted
 * @property {number[] | null} least corner of the bounds, where the header has it
 * @property {number[] | null} greatest
 * @property {Layout | null} layout null where the points are compressed.
 *
 * @typedef {object} Layout
 * @property {number} offset byte at which the points begin
 * @property {number} stride bytes from point to point; 0 for lines of text
 * @property {boolean} little
 * @property {string} [delimiter] what stands between the values of a line; white space where it is left out
 * @property {Field[]} position
 * @property {Field[] | null} color
 * @property {Field | null} intensity
 * @property {Field | null} label
 *
 * @typedef {object} Field
 * @property {number} at its byte in the record, or its column in the line
 * @property {Scalar} type
 * @property {number} [scale]
 * @property {number} [shift]
 * @property {{byte: number, type: Scalar}} [packed] that the value is a byte of a number of this type, the lowest being 0
 * @property {number} [bits] how many of the lowest bits count
 *
 * @typedef {"Int8" | "Uint8" | "Int16" | "Uint16" | "Int32" | "Uint32" | "Float32" | "Float64"} Scalar
 */

/**
 * Reads a scan.
 *
 * @param {import("../intake.js").NamedFile} named
 * @param {number} most points to show
 * @returns {Promise<{points: import("../cloud.js").Points | null, count: number, least: number[] | null, greatest:
 * number[] | null, note: string}>} `note` says why there is no picture.
 */
export async function readScanFile({ name, file }, most) {
  const none = { points: null, count: 0, least: null, greatest: null };
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const read = readerOf(name, new TextDecoder("latin1").decode(head));
  if (!read) return { ...none, note: `${name} can be read by the server alone. ${SERVER_ONLY}` };
  try {
    const { layout, ...found } = read(head);
    if (layout?.stride === 0 && file.size > MOST_TEXT_BYTES) {
      return { ...none, note: `${name} is a large text. ${SERVER_ONLY}` };
    }
    const count = found.count ?? await countLines(file, layout?.offset ?? 0);
    const known = { ...found, count };
    if (!layout) return { points: null, ...known, note: `${name} is compressed. ${SERVER_ONLY}` };
    const points = await packPoints(file, layout, count, most);
    return { points, ...known, note: "" };
  } catch (error) {
    // The server says what is wrong with the file, if anything is.
    return {
      ...none,
      note: `${name} cannot be shown yet: ${/** @type {Error} */ (error).message}. ${SERVER_ONLY}`,
    };
  }
}

/**
 * What reads the header of a file; null where only the server does.
 *
 * @param {string} name
 * @param {string} head its beginning, one character for each byte
 * @returns {((head: Uint8Array<ArrayBuffer>) => Records) | null}
 */
function readerOf(name, head) {
  if (head.startsWith("LASF")) return lasRecords;
  if (/^ply\s/.test(head)) return plyRecords;
  if (/^(?:#[^\n]*\n)*VERSION /.test(head)) return pcdRecords;
  return TEXT.test(name) ? textRecords : null;
}
