/**
 * The input channels that a student may read, by name. Published checkpoints differ in what they were fed and in
 * its units, so a name stands for one quantity in one unit from one origin, and a card lists names in the order
 * of the channels. `lib/voxels/input_features.ts` computes them, in this order:
 *
 * - `red`, `green`, `blue`: 0 to 1, less a half (MinkowskiEngine's `examples/indoor.py`, SpatioTemporalSegmentation);
 * - `red_unit`, ...: 0 to 1 (Pointcept since its `NormalizeColor` divides by 255);
 * - `red_signed`, ...: -1 to 1 (Pointcept before that, OpenScene: value / 127.5 - 1);
 * - `one`: 1;
 * - `normal_x`, ...: the unit normal of the surface (Pointcept's `normal`);
 * - `x_centred`, `y_centred`: metres from the middle of the scan's bounding box, and `height`: metres above its
 *   lowest point (Pointcept's `coord` after `CenterShift`: ScanNet, S3DIS);
 * - `x`, `y`, `z`: metres in the file's own coordinates, which are to be the sensor's (SemanticKITTI and nuScenes
 *   in Pointcept and SPVNAS);
 * - `intensity`: 0 to 1 (Pointcept's `strength`, SPVNAS's remission).
 *
 * The channel of a voxel is the mean over its points. Pointcept and SPVNAS train on one point a voxel instead; its
 * expectation is that mean.
 *
 * @module
 */

/** All names. */
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
] as const;

/** The name of an input channel. */
export type FeatureName = typeof FEATURE_NAMES[number];
