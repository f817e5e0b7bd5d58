/**
 * Makes a scan of the values that the named fields of a file hold.
 *
 * @module
 */
import { findLeftOut, withoutPoints } from "../left_out.ts";
import { chooseOrigin, toLocal } from "../origin.ts";
import {
  type RawFields,
  toColors,
  toIntegers,
  toIntensities,
  toUnitLength,
} from "./raw_attributes.ts";
import type { Scan } from "../scan.ts";

/** Values of fields, [N][fields], unscaled. */
export interface FieldValues extends RawFields {
  values: Float64Array;
}

/** The values that a scan is made of; null where the file has none. */
export interface ScanValues {
  position: Float64Array;
  color: FieldValues | null;
  intensity: FieldValues | null;
  normal: Float64Array | null;
  label: Float64Array | null;
}

/**
 * Makes a scan. Points without a position are left out.
 *
 * @param about the rest of the scan; its warnings come after those about points, and before those about their values
 * @throws {ScanError} where no point has a position, or colours have no range that is known
 */
export function scanOfFields(
  { position, color, intensity, normal, label }: ScanValues,
  about: Pick<Scan, "name" | "format" | "bytes" | "warnings">,
): Scan {
  const { leftOut, warnings } = findLeftOut(position, about.name);
  const points = withoutPoints(position, 3, leftOut);
  const colors = color && toColors(withoutPoints(color.values, 3, leftOut), color, about.name);
  const strength = intensity &&
    toIntensities(withoutPoints(intensity.values, 1, leftOut), intensity);
  const origin = chooseOrigin(points);
  return {
    ...about,
    count: points.length / 3,
    origin,
    positions: toLocal(points, origin),
    colors: nonZero(colors?.values),
    intensity: nonZero(strength?.values),
    normals: nonZero(normal && toUnitLength(withoutPoints(normal, 3, leftOut))),
    labels: label && toIntegers(withoutPoints(label, 1, leftOut)),
    ...(leftOut.length > 0 ? { leftOut } : {}),
    warnings: [
      ...warnings,
      ...about.warnings,
      ...colors?.warnings ?? [],
      ...strength?.warnings ?? [],
    ],
  };
}

/** Null for an attribute whose values are all zero: such a field was never filled. */
export function nonZero(values: Float32Array | null | undefined): Float32Array | null {
  return values?.some((value) => value !== 0) ? values : null;
}
