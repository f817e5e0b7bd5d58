/**
 * Reads the units of a coordinate reference system from GeoKeys: the records 34735 (directory) and 34736 (numbers) of
 * LAS, which are those of GeoTIFF.
 *
 * Source: OGC 19-008r4, "OGC GeoTIFF Standard 1.1", and its tables of units, which are the EPSG registry's.
 *
 * @module
 */
import { unitOfEpsg } from "./epsg_units.ts";
import { LENGTH_UNITS, type LengthUnit, METRE, unitOf } from "./units.ts";
import { type CrsAxes, CrsError } from "./wkt.ts";

const KEYS = {
  modelType: 1024,
  geographicSystem: 2048,
  projectedSystem: 3072,
  linearUnits: 3076,
  linearUnitSize: 3077,
  verticalSystem: 4096,
  verticalUnits: 4099,
} as const;

/** Values of the model type. */
const GEOGRAPHIC = 2;
const GEOCENTRIC = 3;
/** The value for what the registry does not have. */
const USER_DEFINED = 32767;
/** Where a value stands among the numbers of record 34736. */
const IN_NUMBERS = 34736;

/** Units of length by their number in the EPSG registry. */
const UNITS: ReadonlyMap<number, LengthUnit> = new Map([
  [9001, METRE],
  [9002, LENGTH_UNITS.foot],
  [9003, LENGTH_UNITS["us-survey-foot"]],
  [9004, { name: "modified American foot", metres: 0.3048122529845052 }],
  [9005, { name: "Clarke foot", metres: 0.3047972654 }],
  [9014, { name: "fathom", metres: 1.8288 }],
  [9030, { name: "nautical mile", metres: 1852 }],
  [9031, { name: "German legal metre", metres: 1.0000135965 }],
  [9034, { name: "US survey chain", metres: 20.1168402336805 }],
  [9035, { name: "US survey mile", metres: 1609.34721869444 }],
  [9036, { name: "kilometre", metres: 1000 }],
  [9041, { name: "British foot (Sears 1922)", metres: 0.304799471538676 }],
  [9080, { name: "Indian foot", metres: 0.304799510248147 }],
  [9093, { name: "mile", metres: 1609.344 }],
  [9094, { name: "Gold Coast foot", metres: 0.304799710181509 }],
  [9095, { name: "British foot (1936)", metres: 0.3048007491 }],
  [9096, { name: "yard", metres: 0.9144 }],
  [9097, { name: "chain", metres: 20.1168 }],
  [9098, { name: "link", metres: 0.201168 }],
  [1025, LENGTH_UNITS.millimetre],
  [1033, LENGTH_UNITS.centimetre],
]);

/**
 * Reads the units of a coordinate reference system.
 *
 * @param directory record 34735
 * @param numbers record 34736; empty where there is none
 * @throws {CrsError} where a record is too short, or a unit is unknown.
 */
export function unitsOfGeoKeys(directory: DataView, numbers: DataView): CrsAxes {
  const keys = readKeys(directory, numbers);
  const model = keys.get(KEYS.modelType);
  const heights = keys.get(KEYS.verticalUnits);
  const datum = keys.get(KEYS.verticalSystem);
  // A system of heights by its number alone is in metres, if the list does not know better.
  const vertical = heights !== undefined
    ? lengthUnit(heights, undefined)
    : datum !== undefined && datum !== USER_DEFINED
    ? unitOfEpsg(datum) ?? METRE
    : null;
  if (model === GEOGRAPHIC || (model === undefined && isOnlyGeographic(keys))) {
    return { horizontal: "degree", vertical };
  }
  const horizontal = horizontalUnit(keys);
  if (model === GEOCENTRIC) {
    const unit = horizontal ?? METRE;
    return { horizontal: unit, vertical: unit, isGeocentric: true };
  }
  return { horizontal, vertical };
}

function isOnlyGeographic(keys: ReadonlyMap<number, number>): boolean {
  return keys.has(KEYS.geographicSystem) && !keys.has(KEYS.projectedSystem) &&
    !keys.has(KEYS.linearUnits);
}

function horizontalUnit(keys: ReadonlyMap<number, number>): LengthUnit | null {
  const code = keys.get(KEYS.linearUnits);
  if (code !== undefined) return lengthUnit(code, keys.get(KEYS.linearUnitSize));
  const system = keys.get(KEYS.projectedSystem);
  if (system === undefined || system === USER_DEFINED) return null;
  return unitOfEpsg(system) ?? METRE;
}

function lengthUnit(code: number, size: number | undefined): LengthUnit {
  const unit = code === USER_DEFINED ? unitOf(size, "") : UNITS.get(code);
  if (unit) return unit;
  throw new CrsError(
    code === USER_DEFINED
      ? `a unit of its own has the length ${size}`
      : `unit ${code} of the EPSG registry is not known`,
  );
}

/** The keys whose value is a number. */
function readKeys(directory: DataView, numbers: DataView): Map<number, number> {
  const word = (i: number) => directory.getUint16(2 * i, true);
  if (directory.byteLength < 8) throw new CrsError("the directory of GeoKeys has no header");
  const count = word(3);
  if (8 + 8 * count > directory.byteLength) {
    throw new CrsError(
      `the directory counts ${count} GeoKeys, and has room for ${
        Math.floor(directory.byteLength / 8) - 1
      }`,
    );
  }
  const keys = new Map<number, number>();
  for (let i = 1; i <= count; i++) {
    const [key, place, values, value] = [
      word(4 * i),
      word(4 * i + 1),
      word(4 * i + 2),
      word(4 * i + 3),
    ];
    if (place === 0) keys.set(key, value);
    if (place !== IN_NUMBERS || values === 0) continue;
    if (8 * value + 8 > numbers.byteLength) {
      throw new CrsError(`GeoKey ${key} stands beyond the end of the numbers`);
    }
    keys.set(key, numbers.getFloat64(8 * value, true));
  }
  return keys;
}
