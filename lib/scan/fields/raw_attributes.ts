/**
 * Attributes of points as files of named fields store them, brought to the ranges that a scan has.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { type ScaledValues, scaleToUnit } from "../full_scale.ts";
import { type UnitIntensities, unitIntensities } from "../intensities.ts";

/** The fields of an attribute. */
export interface RawFields {
  /** Their names, for errors. */
  names: readonly string[];
  /** Whether one of them holds fractions. */
  isFloat: boolean;
  /** Which of them hold signed bytes; "-1" of a colour is meant as 255 there. */
  signedBytes?: readonly number[];
}

/**
 * Brings intensities to 0..1.
 *
 * @param values [N][1]; signed bytes are changed
 */
export function toIntensities(values: Float64Array, fields: RawFields): UnitIntensities {
  unsign(values, fields);
  return unitIntensities(values, fields.isFloat);
}

function unsign(values: Float64Array, { names, signedBytes = [] }: RawFields): void {
  for (const index of signedBytes) {
    for (let i = index; i < values.length; i += names.length) {
      values[i]! += values[i]! < 0 ? 256 : 0;
    }
  }
}

/**
 * Scales colours to 0..1.
 *
 * @param values [N][3]; signed bytes among them are changed
 * @throws {ScanError} where they have no range that is known
 */
export function toColors(values: Float64Array, fields: RawFields, file: string): ScaledValues {
  unsign(values, fields);
  const colors = scaleToUnit(values, fields.isFloat, "colours");
  if (colors) return colors;
  const bad = values.findIndex((value) => !(value >= 0 && value <= 65535));
  const name = fields.names[bad % 3]!;
  throw new ScanError({
    file,
    problem: `${name} of point ${Math.floor(bad / 3)} is ${values[bad]}`,
    mend: "write colours as 0..1, 0..255 or 0..65535",
    field: name,
  });
}

/** Normalises vectors; those without a direction (zero, NaN or infinite, as some programs write them) become 0. */
export function toUnitLength(vectors: Float64Array): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const length = Math.hypot(vectors[i]!, vectors[i + 1]!, vectors[i + 2]!);
    if (!(length > 0 && length < Infinity)) continue;
    for (let axis = 0; axis < 3; axis++) out[i + axis] = vectors[i + axis]! / length;
  }
  return out;
}

/** The values as integers; null where one is no 32-bit integer: such a field holds scores, not labels. */
export function toIntegers(values: Float64Array): Int32Array | null {
  const out = Int32Array.from(values);
  return out.every((value, i) => value === values[i]) ? out : null;
}
