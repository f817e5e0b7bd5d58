/**
 * Gaussian splats in PLY, as the training of 3D Gaussian Splatting writes them: a vertex is the centre of a splat, and
 * its colour the zeroth band of spherical harmonics, which is the same from all sides.
 *
 * Source: Kerbl et al., "3D Gaussian Splatting for Real-Time Radiance Field Rendering", `utils/sh_utils.py` of its code.
 *
 * @module
 */
import type { Warning } from "../warning.ts";
import type { PlyProperty } from "./header.ts";

/** The constant spherical harmonic, 1 / (2 √π). */
const BAND_0 = 0.28209479177387814;
/** The properties of red, green and blue. */
const NAMES = ["f_dc_0", "f_dc_1", "f_dc_2"];

/** Finds the properties of a splat's colour; null where the vertices are no splats. */
export function splatProperties(properties: readonly PlyProperty[]): PlyProperty[] | null {
  const found = NAMES.flatMap((wanted) => properties.find(({ name }) => name === wanted) ?? []);
  return found.length === NAMES.length ? found : null;
}

/** The colours of splats, 0 to 1. @param harmonics [N][3] as stored */
export function splatColors(harmonics: Float64Array): Float32Array {
  // NaN has no brightness.
  return Float32Array.from(
    harmonics,
    (value) => Math.min(1, Math.max(0, 0.5 + BAND_0 * value)) || 0,
  );
}

/** What is said of splats. */
export const SPLAT_WARNING: Warning = {
  code: "splats",
  text:
    "The points are the centres of Gaussian splats, which are no scan of surfaces: many lie beside them, and large " +
    "surfaces have few; their labels are likely to be worse. Send a scan, or points that were sampled on the surfaces.",
  field: "scan",
};
