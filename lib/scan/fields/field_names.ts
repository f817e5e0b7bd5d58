/**
 * Names of the fields that a scan is read from, in formats whose files name their fields. They differ between programs; the
 * first match counts.
 *
 * @module
 */
/** Names by what a scan reads from fields, in small letters. The viewer has a copy of those that it draws. */
export const FIELD_NAMES = {
  // The last four are those of ArcGIS, ParaView and VeloView.
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
  normal: [["nx", "ny", "nz"], ["normal_x", "normal_y", "normal_z"]],
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

/** Fields by what a scan reads from them; null where there are none. */
export interface ScanFields<Field> {
  /** x, y, z. */
  position: Field[] | null;
  /** Red, green, blue. */
  color: Field[] | null;
  /** One field. */
  intensity: Field[] | null;
  /** x, y, z of the normal. */
  normal: Field[] | null;
  /** One field. */
  label: Field[] | null;
}

/** Finds the fields of a scan by their names; upper and lower case do not matter. */
export function findFields<Field extends { name: string }>(
  fields: readonly Field[],
): ScanFields<Field> {
  const find = (sets: string[][]): Field[] | null => {
    for (const names of sets) {
      const found = names.map((wanted) =>
        fields.find(({ name }) => name === wanted) ??
          fields.find(({ name }) => name.toLowerCase() === wanted)
      );
      if (found.every((field) => field !== undefined)) return found;
    }
    return null;
  };
  return {
    position: find(FIELD_NAMES.position),
    color: find(FIELD_NAMES.color),
    intensity: find(FIELD_NAMES.intensity),
    normal: find(FIELD_NAMES.normal),
    label: find(FIELD_NAMES.label),
  };
}
