/**
 * The fields of a point by their names, as far as the picture takes them.
 *
 * @module
 */

const POSITIONS = [
  ["x", "y", "z"],
  ["easting", "northing", "elevation"],
  ["easting", "northing", "height"],
  ["easting", "northing", "z"],
];
const COLORS = [
  ["red", "green", "blue"],
  ["diffuse_red", "diffuse_green", "diffuse_blue"],
  ["r", "g", "b"],
  ["rf", "gf", "bf"],
];
const INTENSITIES = [["intensity"], ["scalar_intensity"], ["reflectance"], ["remission"]];
const LABELS = [
  ["label"],
  ["labels"],
  ["class"],
  ["classification"],
  ["scalar_label"],
  ["scalar_classification"],
];

/**
 * Finds the fields.
 *
 * @param {ReadonlyMap<string, import("./scan_file.js").Field>} fields by their names in small letters
 * @returns {Pick<import("./scan_file.js").Layout, "position" | "color" | "intensity" | "label">}
 * @throws {SyntaxError} where there are no positions.
 */
export function pointFields(fields) {
  const find = (/** @type {string[][]} */ sets) => {
    for (const names of sets) {
      const found = names.flatMap((name) => fields.get(name) ?? []);
      if (found.length === names.length) return found;
    }
    return null;
  };
  const position = find(POSITIONS);
  if (!position) throw new SyntaxError("its points have no x, y and z");
  return {
    position,
    color: find(COLORS),
    intensity: find(INTENSITIES)?.[0] ?? null,
    label: find(LABELS)?.[0] ?? null,
  };
}

/** Bytes of a value. @param {import("./scan_file.js").Scalar} type */
export function bytesOf(type) {
  return Number(/\d+$/.exec(type)) / 8;
}
