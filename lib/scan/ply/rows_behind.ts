/**
 * What follows the points of a PLY file: faces, edges and the like, which nobody reads here and which may be damaged
 * or cut off. They still tell whether the header counts the points rightly: with a wrong count, faces would be read as
 * points, or points as faces.
 *
 * @module
 */
import type { Warning } from "../warning.ts";
import { type PlyElement, type PlyHeader, SCALAR_BYTES, vertexOf } from "./header.ts";
import { scalarReader } from "./scalars.ts";

/** Most items of a list of indices. */
const MOST_ITEMS = 255;

/** The first element behind the points that has rows; null where the points are the last. */
export function elementBehind({ elements, vertex }: PlyHeader): PlyElement | null {
  return elements.slice(vertex + 1).find(({ count, properties }) =>
    count > 0 && properties.length > 0
  ) ?? null;
}

/** What is said where the rows behind the points do not fit. */
export function misfitWarning(problem: string): Warning {
  return {
    code: "rows-misfit",
    text:
      `The rows behind the points do not fit the header (${problem}); they were not read, and the answer keeps them as they are. Check the counts in the header if points are missing.`,
    field: "scan",
  };
}

/**
 * Judges whether the points end where the header says, though the rows behind them do not fit: the rows there begin
 * like faces, and the last point does not look like one.
 *
 * @param start byte of the last point
 * @param end byte after it
 */
export function endsRightly(
  view: DataView,
  header: PlyHeader,
  start: number,
  end: number,
): boolean {
  const behind = elementBehind(header);
  if (!behind || !behind.properties.some(({ countType }) => countType !== null)) return false;
  const { count } = vertexOf(header);
  const little = header.encoding === "binary_little_endian";
  return indexRow(view, behind, end, little, count) !== null &&
    indexRow(view, behind, start, little, count) !== end;
}

/** The byte after a row whose lists of integers are indices of points; null where they are not. The file may end in it. */
function indexRow(
  view: DataView,
  { properties }: PlyElement,
  start: number,
  little: boolean,
  points: number,
): number | null {
  let at = start;
  for (const { type, countType } of properties) {
    const bytes = SCALAR_BYTES[type];
    if (countType === null) {
      at += bytes;
      continue;
    }
    if (at + SCALAR_BYTES[countType] > view.byteLength) return at;
    const items = scalarReader(view, countType, little)(at);
    if (items < 1 || items > MOST_ITEMS) return null;
    at += SCALAR_BYTES[countType];
    const read = scalarReader(view, type, little);
    for (let i = 0; i < items; i++, at += bytes) {
      if (type.startsWith("float")) continue;
      if (at + bytes > view.byteLength) return at;
      const index = read(at);
      if (index < 0 || index >= points) return null;
    }
  }
  return at;
}

/** The same as {@link endsRightly} for a row in ASCII: whether its words are a row of an element with indices. */
export function isIndexRow(
  words: readonly string[],
  { properties }: PlyElement,
  points: number,
): boolean {
  let at = 0;
  for (const { type, countType } of properties) {
    if (countType === null) {
      at++;
      continue;
    }
    const items = Number(words[at++]);
    if (!(Number.isInteger(items) && items >= 1 && items <= MOST_ITEMS)) return false;
    for (let i = 0; i < items; i++, at++) {
      const index = Number(words[at]);
      if (type.startsWith("float")) continue;
      if (!(Number.isInteger(index) && index >= 0 && index < points)) return false;
    }
  }
  return at === words.length;
}
