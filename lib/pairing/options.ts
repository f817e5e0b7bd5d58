/**
 * How points are paired with pixels. Public code differs in all of these, so they stay switchable; each has
 * one default.
 *
 * @module
 */
import type { Sampling } from "./sampling.ts";

/** Settings of `pairViews`. */
export interface PairingOptions {
  /** How a feature map is read between its cells; `bilinear` by default. */
  sampling?: Sampling;
  /**
   * `mean` (the default) averages a point's features over all views that see it; `best` takes the view that
   * sees it at the finest scale, pixels a metre.
   */
  views?: "mean" | "best";
  /**
   * Metres by which a nearer point has to stand before another to hide it. By default one voxel edge: what
   * shares a voxel does not hide itself. `Infinity` turns occlusion off.
   */
  depthAbsolute?: number;
  /**
   * The same as a fraction of the depth, added to the absolute part. 0 by default: what a slanted surface
   * needs is allowed for anyway, and a fraction of a long focal length's depth is no tolerance at all.
   */
  depthRelative?: number;
  /**
   * How targets are stored. By default in float16 from 128 channels on, where they would be most of what an
   * adaptation holds, and in float32 below.
   */
  precision?: Precision;
}

/** Number formats of targets. */
export type Precision = "auto" | "float16" | "float32";

/** Settings with nothing left open. */
export interface ResolvedPairing {
  sampling: Sampling;
  views: "mean" | "best";
  depth: { absolute: number; relative: number };
  precision: Precision;
}

/**
 * Fills in the defaults.
 *
 * @param voxelSize edge of a voxel, metres.
 * @throws {RangeError} naming the option that cannot be.
 */
export function resolvePairing(options: PairingOptions, voxelSize: number): ResolvedPairing {
  const { sampling = "bilinear", views = "mean", precision = "auto" } = options;
  const { depthAbsolute = voxelSize, depthRelative = 0 } = options;
  if (sampling !== "bilinear" && sampling !== "nearest") {
    throw new RangeError(`Cannot sample by "${sampling}": sampling is bilinear or nearest`);
  }
  if (views !== "mean" && views !== "best") {
    throw new RangeError(`Cannot merge views by "${views}": views is mean or best`);
  }
  if (!["auto", "float16", "float32"].includes(precision)) {
    throw new RangeError(
      `Cannot store targets as "${precision}": precision is auto, float16 or float32`,
    );
  }
  for (const [name, value] of Object.entries({ depthAbsolute, depthRelative })) {
    if (!(value >= 0)) throw new RangeError(`Cannot set ${name} to ${value}: it is 0 or more`);
  }
  return {
    sampling,
    views,
    depth: { absolute: depthAbsolute, relative: depthRelative },
    precision,
  };
}
