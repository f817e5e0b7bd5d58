/**
 * The input features that a student may read, by name. Published checkpoints differ in their input features and in the
 * units of these, so a name stands for one quantity in one unit with one zero. A card lists names in the order of the
 * input channels. `lib/voxels/input_features.ts` computes them:
 *
 * - `red`, `green`, `blue`: -0.5 to 0.5 (MinkowskiEngine's `examples/indoor.py`, SpatioTemporalSegmentation);
 * - `red_unit`, ...: 0 to 1 (Pointcept since its `NormalizeColor` divides by 255);
 * - `red_signed`, ...: -1 to 1 (Pointcept before that, OpenScene: value / 127.5 - 1);
 * - `one`: 1;
 * - `normal_x`, ...: the unit normal of the surface (Pointcept's `normal`);
 * - `x_centred`, `y_centred`: metres from the middle of the scan's bounding box, and `height`: metres above its
 *   lowest point (Pointcept's `coord` after `CenterShift`: ScanNet, S3DIS);
 * - `x`, `y`, `z`: metres in the file's own coordinates, whose zero must be the sensor (SemanticKITTI and nuScenes in
 *   Pointcept and SPVNAS);
 * - `intensity`: 0 to 1 (Pointcept's `strength`, SPVNAS's remission);
 * - `above_ground`: ±ln(1 + |h|), h being the metres above the ground below, negative under it
 *   (`lib/voxels/ground`): 0.7 at 1 m, 2.4 at 10 m, 4.6 at 100 m;
 * - `roughness`: ln(1 + 10 s), s being the metres by which the points around differ from their plane (their standard
 *   deviation; `lib/voxels/roughness.ts`): 0.2 at 2 cm, 1.8 at half a metre, 0 where too few points tell;
 * - `multiple_returns`: 1 where the pulse of the laser came back several times, -1 where it came back once, 0 where the
 *   file does not tell.
 *
 * The feature of a voxel is the mean over its points. Pointcept and SPVNAS train on one random point of each voxel
 * instead; the mean is the expected value of that.
 *
 * @module
 */

/** Names of all input features. */
export const FEATURE_NAMES = [
  "red",
  "green",
  "blue",
  "red_unit",
  "green_unit",
  "blue_unit",
  "red_signed",
  "green_signed",
  "blue_signed",
  "one",
  "normal_x",
  "normal_y",
  "normal_z",
  "x_centred",
  "y_centred",
  "height",
  "x",
  "y",
  "z",
  "intensity",
  "above_ground",
  "roughness",
  "multiple_returns",
] as const;

/** Name of an input feature. */
export type FeatureName = typeof FEATURE_NAMES[number];
