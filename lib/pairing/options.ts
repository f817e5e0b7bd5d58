/**
 * How points are paired with pixels. Published code differs in each of these settings, so all of them can be chosen;
 * each has one default.
 *
 * @module
 */
import { z } from "zod";
import { validate, violationText } from "../validation/mod.ts";
import type { Sampling } from "./sampling.ts";
import type { DepthTolerance } from "./visibility.ts";

/** Settings of `pairViews`. */
export interface PairingOptions {
  /** How a feature map is sampled; `bilinear` by default. */
  sampling?: Sampling | undefined;
  /**
   * `mean` (the default) averages a point's features over all views that see it; `best` takes the view that sees it
   * at the finest scale, in pixels per metre.
   */
  views?: "mean" | "best" | undefined;
  /**
   * Metres by which a point has to be nearer than another to occlude it. The default is the edge of a voxel, so that
   * points of one voxel do not occlude each other. `Infinity` switches occlusion off.
   */
  depthAbsolute?: number | undefined;
  /**
   * A fraction of the depth that is added to `depthAbsolute`; 0 by default. Slanted surfaces are allowed for anyway,
   * and a fraction of the large depths of a long focal length would be no tolerance at all.
   */
  depthRelative?: number | undefined;
  /**
   * Number format of the targets. By default they are float16 from 128 channels on, where they would be most of the
   * memory of an adaptation, and float32 below.
   */
  precision?: Precision | undefined;
}

/** Number formats of targets; `auto` chooses by their width. */
export type Precision = "auto" | "float16" | "float32";

/** Settings with all defaults filled in. */
export interface ResolvedPairing {
  /** How a feature map is sampled. */
  sampling: Sampling;
  /** Which of the views that see a point count. */
  views: "mean" | "best";
  /** How much nearer an occluder has to be. */
  depth: DepthTolerance;
  /** Number format of the targets. */
  precision: Precision;
}

const tolerance = z.custom<number>((value) => typeof value === "number" && value >= 0, {
  error: "write a number of 0 or more",
});

const optionsSchema = z.object({
  sampling: z.enum(["bilinear", "nearest"]).default("bilinear"),
  views: z.enum(["mean", "best"]).default("mean"),
  depthAbsolute: tolerance.optional(),
  depthRelative: tolerance.default(0),
  precision: z.enum(["auto", "float16", "float32"]).default("auto"),
}) satisfies z.ZodType<unknown, PairingOptions>;

/**
 * Fills in the defaults.
 *
 * @param voxelSize edge of a voxel, metres
 * @throws {RangeError} naming an option that is invalid
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { resolvePairing } from "./mod.ts";
 *
 * const { sampling, depth } = resolvePairing({ depthRelative: 0.01 }, 0.05);
 * assert.equal(sampling, "bilinear");
 * assert.deepEqual(depth, { absolute: 0.05, relative: 0.01 });
 * ```
 */
export function resolvePairing(options: PairingOptions, voxelSize: number): ResolvedPairing {
  const { depthAbsolute = voxelSize, depthRelative, ...rest } = validate(
    optionsSchema,
    options,
    (violation) => new RangeError(`Cannot pair views: ${violationText(violation)}`),
  );
  return { ...rest, depth: { absolute: depthAbsolute, relative: depthRelative } };
}
