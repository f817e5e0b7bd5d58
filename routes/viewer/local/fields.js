/**
 * The fields of a point by their names, as far as the picture takes them.
 *
 * @module
 */

/** Names by what the picture takes from fields; a browser reads no TypeScript, so a test holds them equal to the program's. */
export const FIELD_NAMES = {
  position: [
    ["x", "y", "z"],
    ["easting", "northing", "elevation"],
    ["easting", "northing", "height"],
    ["easting", "northing", "z"],
    ["e", "n", "h"],
    ["e", "n", "z"],
    ["point_x", "point_y", "point_z"],
    ["points:0", "points:1", "points:2"],
    ["points_0", "points_1", "points_2"],
    ["points_m_xyz:0", "points_m_xyz:1", "points_m_xyz:2"],
  ],
  color: [
    ["red", "green", "blue"],
    ["diffuse_red", "diffuse_green", "diffuse_blue"],
    ["r", "g", "b"],
    ["rf", "gf", "bf"],
  ],
  intensity: [
    ["intensity"],
    ["scalar_intensity"],
    ["reflectance"],
    ["scalar_reflectance"],
    ["remission"],
    ["reflectivity"],
    ["scalar_reflectivity"],
    ["i"],
  ],
  label: [
    ["label"],
    ["labels"],
    ["class"],
    ["classification"],
    ["scalar_label"],
    ["scalar_classification"],
  ],
};

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
  const position = find(FIELD_NAMES.position);
  if (!position) throw new SyntaxError("its points have no x, y and z");
  return {
    position,
    color: find(FIELD_NAMES.color),
    intensity: find(FIELD_NAMES.intensity)?.[0] ?? null,
    label: find(FIELD_NAMES.label)?.[0] ?? null,
  };
}

/** Bytes of a value. @param {import("./scan_file.js").Scalar} type */
export function bytesOf(type) {
  return Number(/\d+$/.exec(type)) / 8;
}
