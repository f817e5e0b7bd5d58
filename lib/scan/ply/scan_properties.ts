/**
 * Which properties of a PLY vertex mean what. Names differ between programs; the first match counts.
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

/** The vertex properties that a scan is read from. */
export interface PlyColumns {
  position: PlyProperty[];
  color: PlyProperty[] | null;
  intensity: PlyProperty[] | null;
  normal: PlyProperty[] | null;
  label: PlyProperty[] | null;
}

/**
 * Finds the columns of a scan among the vertex properties, whatever their case.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} without x, y or z
 */
export function plyColumns(header: PlyHeader, file: string): PlyColumns {
  const { properties } = vertexOf(header);
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
      mend: "points need x, y and z",
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
