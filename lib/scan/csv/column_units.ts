/**
 * The unit of coordinates that the names of columns state, as in `X (ft)` or `Easting [m]`.
 *
 * @module
 */
import { type CoordinateUnits, LENGTH_UNITS, type LengthUnit, METRE } from "../crs/units.ts";
import { ScanError } from "../errors.ts";
import { utf8Of } from "../text/text_lines.ts";
import type { Warning } from "../warning.ts";

/** The name of a column, and what stands in brackets behind it. */
export interface ColumnName {
  name: string;
  /** Null where there are no brackets. */
  unit: string | null;
}

const { millimetre, centimetre, foot } = LENGTH_UNITS;
const survey = LENGTH_UNITS["us-survey-foot"];
const degree = "degree";

/** Spellings of units, in small letters without anything but letters and the sign of degrees. */
const SPELLINGS: ReadonlyMap<string, LengthUnit | "degree"> = new Map(
  ([
    [METRE, "m metre metres meter meters"],
    [millimetre, "mm millimetre millimetres millimeter millimeters"],
    [centimetre, "cm centimetre centimetres centimeter centimeters"],
    [{ name: "kilometre", metres: 1000 }, "km kilometre kilometres kilometer kilometers"],
    [foot, "ft foot feet ift internationalfoot internationalfeet"],
    [survey, "usft ftus sft ussft ftsurvey usfoot usfeet ussurveyfoot ussurveyfeet surveyfeet"],
    [{ name: "inch", metres: 0.0254 }, "in inch inches"],
    [degree, "° deg degs degree degrees dd decimaldegrees"],
  ] as const).flatMap(([unit, words]) => words.split(" ").map((word) => [word, unit] as const)),
);

/** Takes a name without quotes apart: `X [m]` is X in m. */
export function columnName(text: string): ColumnName {
  const [whole, unit] = /\s*[[(]([^\])]*)[\])]$/.exec(text) ?? ["", null];
  return { name: text.slice(0, text.length - whole.length).trim(), unit: unit?.trim() ?? null };
}

/**
 * Finds the units of a scan by the columns of its coordinates.
 *
 * @param position the columns of x, y and z
 * @param file name of the scan
 * @returns units where a column states one, and what is doubtful about them
 * @throws {ScanError} where x and y have different units, or heights are in degrees
 */
export function columnUnits(
  position: readonly ColumnName[],
  file: string,
): { units?: CoordinateUnits; warnings: Warning[] } {
  const warnings: Warning[] = [];
  const warn = (text: string) =>
    warnings.push({
      code: "unit",
      text: `${text} Set unit if they are in another one.`,
      field: "unit",
    });
  const [x, y, z] = position.map(unitOf);
  if ((x && y && x !== y) || z === degree) {
    throw new ScanError({
      file,
      problem: `the header has coordinates in different units, ${position.map(shown).join(", ")}`,
      mend: "convert them to one unit of length, and write it behind each name, such as X (m)",
      field: shown(position[x && y && x !== y ? 1 : 2]!),
    });
  }
  const horizontal = x ?? y ?? z;
  const strange = position.filter((column) => column.unit && !unitOf(column));
  if (strange.length > 0) {
    const list = strange.map(shown).join(", ");
    const taken = horizontal ? "" : " Metres were taken.";
    warn(`The brackets in the header of ${file} hold no unit that is known: ${list}.${taken}`);
  }
  if (!horizontal) return { warnings };
  const vertical = z ?? (horizontal === degree ? METRE : horizontal);
  // One metre among columns without a unit says what is taken anyway.
  if ([x, y, z].includes(null) && (horizontal !== METRE || vertical !== METRE)) {
    warn(
      `The header of ${file} names a unit for some of ${
        position.map(shown).join(", ")
      }: the others were taken in ${
        z === null && horizontal === degree ? METRE.name : "the same"
      } one.`,
    );
  }
  return { units: { horizontal, vertical }, warnings };
}

function unitOf({ unit }: ColumnName): LengthUnit | "degree" | null {
  const letters = utf8Of(unit ?? "").toLowerCase().replace(/[^a-z°]/g, "");
  return SPELLINGS.get(letters) ?? null;
}

function shown({ name, unit }: ColumnName): string {
  return utf8Of(unit === null ? name : `${name} (${unit})`).slice(0, 40);
}
