/**
 * Reads the units of a coordinate reference system from well-known text: WKT 1 (OGC 01-009, and as ESRI writes it) and
 * WKT 2 (ISO 19162). Only what tells units is looked at.
 *
 * The parsers on npm (wkt-parser 1.5.6) read projections and drop the vertical system, whose unit may differ.
 *
 * @module
 */
import { type LengthUnit, unitOf } from "./units.ts";

/** What a coordinate reference system says of its axes. */
export interface CrsAxes {
  /** Unit of x and y; `degree` for longitude and latitude; null where the system is only vertical. */
  horizontal: LengthUnit | "degree" | null;
  /** Unit of heights; null where nothing is said of them. */
  vertical: LengthUnit | null;
  /** Whether coordinates are measured from the middle of the earth, so that no axis points up. */
  isGeocentric?: true;
}

/** The text is no well-known text, or names no unit. */
export class CrsError extends SyntaxError {
  /** Name of the class. */
  override name = "CrsError";
}

/** `KEYWORD["name", 1, CHILD[...]]`. */
interface Node {
  readonly keyword: string;
  readonly values: (string | number | Node)[];
}

/** Longest text that is read; a coordinate system takes a few thousand characters. */
const LONGEST_TEXT = 1 << 18;
/** Most brackets within brackets; real systems have some eight. */
const DEEPEST = 64;

const TOKEN =
  /\s*(?:"((?:[^"]|"")*)"|([A-Za-z_]\w*)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([[\](),]))\s*/y;

const HORIZONTAL = ["PROJCS", "PROJCRS", "PROJECTEDCRS", "LOCAL_CS", "ENGCRS", "ENGINEERINGCRS"];
const GEOGRAPHIC = ["GEOGCS", "GEOGCRS", "GEOGRAPHICCRS"];
const GEODETIC = ["GEODCRS", "GEODETICCRS"];
const VERTICAL = ["VERT_CS", "VERTCS", "VERTCRS", "VERTICALCRS"];
const LENGTHS = ["UNIT", "LENGTHUNIT"];
/** Systems within systems. */
const COMPOUND = ["COMPD_CS", "COMPOUNDCRS", "BOUNDCRS", "SOURCECRS"];

/**
 * Reads the units of a coordinate reference system.
 *
 * @throws {CrsError} where the text is malformed, or names no unit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = 'COMPD_CS["site",LOCAL_CS["plane",UNIT["foot",0.3048]],VERT_CS["height",UNIT["metre",1]]]';
 * const { horizontal, vertical } = unitsOfWkt(text);
 * assert.deepEqual(horizontal, { name: "foot", metres: 0.3048 });
 * assert.deepEqual(vertical, { name: "metre", metres: 1 });
 * ```
 */
export function unitsOfWkt(text: string): CrsAxes {
  const axes: CrsAxes = { horizontal: null, vertical: null };
  const visit = (node: Node): void => {
    const { keyword } = node;
    if (COMPOUND.includes(keyword)) childrenOf(node).forEach(visit);
    else if (HORIZONTAL.includes(keyword)) {
      const [plane, height] = lengthsOf(node);
      axes.horizontal ??= plane;
      if (height !== plane) axes.vertical ??= height;
    } else if (VERTICAL.includes(keyword)) axes.vertical = lengthsOf(node)[0];
    else if (keyword === "GEOCCS" || (GEODETIC.includes(keyword) && isCartesian(node))) {
      axes.horizontal ??= axes.vertical ??= lengthsOf(node)[0];
      axes.isGeocentric = true;
    } else if (GEOGRAPHIC.includes(keyword) || GEODETIC.includes(keyword)) {
      axes.horizontal ??= "degree";
      // The third axis of a geographic system is a height, in a length.
      axes.vertical ??= axisLengths(node).at(-1) ?? null;
    }
  };
  parseWkt(text).forEach(visit);
  if (axes.horizontal === null && axes.vertical === null) {
    throw new CrsError("the text names no coordinate system that is known");
  }
  return axes;
}

/** The units of the plane and of heights. One unit for all axes stands after them, others within each axis. */
function lengthsOf(node: Node): [LengthUnit, LengthUnit] {
  const common = childrenOf(node).filter(({ keyword }) => LENGTHS.includes(keyword)).at(-1);
  const units = common ? [lengthOf(common)] : axisLengths(node);
  if (units.length === 0) throw new CrsError(`${node.keyword} names no unit`);
  return [units[0]!, units[2] ?? units[0]!];
}

function axisLengths(node: Node): LengthUnit[] {
  return childrenOf(node).filter(({ keyword }) => keyword === "AXIS").flatMap((axis) =>
    childrenOf(axis).filter(({ keyword }) => LENGTHS.includes(keyword)).map(lengthOf)
  );
}

function lengthOf({ values: [name, metres] }: Node): LengthUnit {
  const unit = unitOf(metres, typeof name === "string" ? name : "");
  if (unit === null) throw new CrsError(`unit ${name} has the length ${metres}`);
  return unit;
}

function isCartesian(node: Node): boolean {
  const system = childrenOf(node).find(({ keyword }) => keyword === "CS");
  const kind = system?.values[0];
  return typeof kind === "object" && kind.keyword === "CARTESIAN";
}

function childrenOf({ values }: Node): Node[] {
  return values.filter((value) => typeof value === "object");
}

/** Parses a text to its systems: one, or as ESRI writes them, a horizontal and a vertical one side by side. */
function parseWkt(text: string): Node[] {
  // Files fill their records with zeros.
  const end = text.indexOf("\0");
  const body = (end < 0 ? text : text.slice(0, end)).trim();
  if (body.length > LONGEST_TEXT) throw new CrsError(`the text has ${body.length} characters`);
  const root: Node = { keyword: "", values: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < body.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(body);
    if (!token) throw new CrsError(`the text cannot be read at character ${at}`);
    const [, quoted, word, number, bracket] = token;
    const { values } = open.at(-1)!;
    if (quoted !== undefined) values.push(quoted.replaceAll('""', '"'));
    else if (number !== undefined) values.push(Number(number));
    else if (word !== undefined) values.push({ keyword: word.toUpperCase(), values: [] });
    else if (bracket === "[" || bracket === "(") {
      const node = values.at(-1);
      if (typeof node !== "object" || open.length > DEEPEST) {
        throw new CrsError(`the text cannot be read at character ${at}`);
      }
      open.push(node);
    } else if (bracket !== ",") {
      open.pop();
      if (open.length === 0) throw new CrsError(`a bracket too many at character ${at}`);
    }
  }
  if (open.length > 1) throw new CrsError("the text ends within brackets");
  return childrenOf(root);
}
