/**
 * Finds the properties of a PLY vertex that a scan is read from.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { findFields, type ScanFields } from "../fields/field_names.ts";
import { type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";
import { splatProperties } from "./splats.ts";

/** The vertex properties that a scan is read from; null where the file has none. */
export interface PlyScanProperties extends ScanFields<PlyProperty> {
  position: PlyProperty[];
  /** Whether the vertices are Gaussian splats. */
  isSplats: boolean;
  /** Whether `color` are harmonics of splats. */
  hasHarmonics: boolean;
}

/**
 * Finds the properties of a scan by their names.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where x, y or z is missing
 */
export function findScanProperties(header: PlyHeader, file: string): PlyScanProperties {
  const properties = vertexOf(header).properties.filter(({ countType }) => countType === null);
  const { position, ...others } = findFields(properties);
  if (position) {
    const splats = splatProperties(properties);
    const color = others.color ?? splats;
    return {
      ...{ position, ...others, color },
      ...{ isSplats: splats !== null, hasHarmonics: color !== null && color === splats },
    };
  }
  const missing = ["x", "y", "z"].find((axis) =>
    !properties.some(({ name }) => name.toLowerCase() === axis)
  );
  throw new ScanError({
    file,
    problem: `vertex has no property ${missing}`,
    mend: "send points with x, y and z",
    field: missing!,
  });
}
