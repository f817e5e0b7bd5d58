/**
 * Finds the properties of a PLY vertex that a scan is read from.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { findFields, type ScanFields } from "../fields/field_names.ts";
import { type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";

/** The vertex properties that a scan is read from; null where the file has none. */
export interface PlyScanProperties extends ScanFields<PlyProperty> {
  position: PlyProperty[];
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
  if (position) return { position, ...others };
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
