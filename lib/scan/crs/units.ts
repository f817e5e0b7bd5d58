/**
 * Units of coordinates, and what a file says of them.
 *
 * @module
 */

/** A unit of length. */
export interface LengthUnit {
  /** Its name, such as `US survey foot`. */
  name: string;
  /** Its length in metres. */
  metres: number;
}

/** What a file says of the units of its coordinates. */
export interface CoordinateUnits {
  /** Unit of x and y: a length, or `degree` where they are longitude and latitude. */
  horizontal: LengthUnit | "degree";
  /** Unit of z. */
  vertical: LengthUnit;
}

/** The metre. */
export const METRE: LengthUnit = { name: "metre", metres: 1 };

/** The units that a client may name, by the name of the option. */
export const LENGTH_UNITS = {
  metre: METRE,
  millimetre: { name: "millimetre", metres: 0.001 },
  centimetre: { name: "centimetre", metres: 0.01 },
  foot: { name: "foot", metres: 0.3048 },
  "us-survey-foot": { name: "US survey foot", metres: 1200 / 3937 },
} as const satisfies Record<string, LengthUnit>;

/** Relative difference below which two lengths are those of one unit; the two feet differ by 2e-6. */
const SAME = 1e-7;

/** Shortest unit that is believed, in metres. */
export const SHORTEST_UNIT = 1e-6;
/** Longest unit that is believed, in metres. */
export const LONGEST_UNIT = 1e6;

/** Tells whether two units are the same length. */
export function isSameLength(a: LengthUnit, b: LengthUnit): boolean {
  return Math.abs(a.metres - b.metres) <= SAME * b.metres;
}

/**
 * Gives the unit of a length: one with a name of ours where there is one, since files spell names in many ways.
 *
 * @param name the file's name for it
 * @returns null where the length cannot be that of a unit
 */
export function unitOf(metres: unknown, name: string): LengthUnit | null {
  if (typeof metres !== "number" || !(metres >= SHORTEST_UNIT && metres <= LONGEST_UNIT)) {
    return null;
  }
  const given = { name: name.trim() || `${metres} m`, metres };
  return Object.values(LENGTH_UNITS).find((known) => isSameLength(given, known)) ?? given;
}

/** A unit that a client chose: a name, or the metres of one unit, which structure from motion has of any length. */
export type ChosenUnit = keyof typeof LENGTH_UNITS | number;

/** Gives the unit that a client chose. */
export function chosenUnit(unit: ChosenUnit): LengthUnit {
  if (typeof unit !== "number") return LENGTH_UNITS[unit];
  const name = `${unit} m`;
  return unitOf(unit, name) ?? { name, metres: unit };
}

/** Tells whether coordinates are in metres along all axes. */
export function isMetric({ horizontal, vertical }: CoordinateUnits): boolean {
  return horizontal !== "degree" && isSameLength(horizontal, METRE) &&
    isSameLength(vertical, METRE);
}
