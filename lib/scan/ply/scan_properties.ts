/**
 * Finds the properties of a PLY vertex that a scan is read from. Their names differ between programs; the first match
 * counts.
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import { type PlyHeader, type PlyProperty, vertexOf } from "./header.ts";

const POSITION = [["x", "y", "z"]];
const COLOR = [
  ["red", "green", "blue"],
  ["diffuse_red", "diffuse_green", "diffuse_blue"],
  ["r", "g", "b"],
];
const NORMAL = [["nx", "ny", "nz"], ["normal_x", "normal_y", "normal_z"]];
const INTENSITY = [["intensity"], ["scalar_intensity"], ["reflectance"], ["remission"]];
const LABEL = [
  ["label"],
  ["labels"],
  ["class"],
  ["classification"],
  ["scalar_label"],
  ["scalar_classification"],
];

/** The vertex properties that a scan is read from; null where the file has none. */
export interface PlyScanProperties {
  /** x, y, z. */
  position: PlyProperty[];
  /** Red, green, blue. */
  color: PlyProperty[] | null;
  /** One property. */
  intensity: PlyProperty[] | null;
  /** x, y, z of the normal. */
  normal: PlyProperty[] | null;
  /** One property. */
  label: PlyProperty[] | null;
}

/**
 * Finds the properties of a scan by their names; upper and lower case do not matter.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} where x, y or z is missing
 */
export function findScanProperties(header: PlyHeader, file: string): PlyScanProperties {
  const properties = vertexOf(header).properties.filter(({ countType }) => countType === null);
  const find = (sets: string[][]): PlyProperty[] | null => {
    for (const names of sets) {
      const found = names.map((wanted) =>
        properties.find(({ name }) => name === wanted) ??
          properties.find(({ name }) => name.toLowerCase() === wanted)
      );
      if (found.every((property) => property !== undefined)) return found;
    }
    return null;
  };
  const position = find(POSITION);
  if (!position) {
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
  return {
    position,
    color: find(COLOR),
    intensity: find(INTENSITY),
    normal: find(NORMAL),
    label: find(LABEL),
  };
}
