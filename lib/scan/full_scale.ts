/**
 * Scales stored colours and intensities to 0..1. Files do not say which range their fields use (8-bit values in
 * 16-bit fields are common), so the values of the whole file decide: all but a few stray ones, since a single value
 * out of range would make everything else black. Values beyond the range are clamped.
 *
 * @module
 */
import type { Warning } from "./warning.ts";

/** Values scaled to 0..1. */
export interface ScaledValues {
  /** 0 to 1. */
  values: Float32Array;
  /** What the doubtful ones among them are. */
  warnings: Warning[];
}

/** Ranges of fields: the value that becomes 1, and the largest value that still looks like one of the range. */
const RANGES = [
  // Linear light and resampled pictures overshoot. Numbers up to 2 of 255 would be black.
  { full: 1, most: 2, only: "floats" },
  { full: 255, most: 256 },
  // Cameras have depths; intensities have any largest value.
  { full: 1023, most: 1024, only: "colours" },
  { full: 4095, most: 4096, only: "colours" },
  { full: 65535, most: 65535 },
] as const;
/** The share of values, zeros aside, that may lie outside the range. */
const STRAY_SHARE = 0.01;
/** From so many values on, one point with three channels may be stray whatever its share is. */
const LEAST_VALUES = 60;
const CHANNELS = 3;

/**
 * Scales values by the smallest range that holds nearly all of them.
 *
 * @param values as stored; negative values and NaN count as stray
 * @param isFloat whether the field holds floating-point numbers, whose range may be 0..1
 * @param what name of the values in warnings, such as "colours"
 * @returns null where the values have none of the ranges (decibels, scores)
 */
export function scaleToUnit(
  values: ArrayLike<number>,
  isFloat: boolean,
  what: "colours" | "intensities",
): ScaledValues | null {
  const beyond = RANGES.map(() => 0);
  let filled = 0;
  let stray = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === 0) continue;
    filled++;
    if (!(value > 0)) {
      stray++;
      continue;
    }
    for (let r = 0; r < RANGES.length && value > RANGES[r]!.most; r++) beyond[r]!++;
  }
  const allowed = mostStray(filled);
  const range = RANGES.find((range, r) =>
    isMeant(range, isFloat, what) && stray + beyond[r]! <= allowed
  );
  if (!range) return null;
  const { full } = range;
  const { values: scaled, warnings } = scaleBetween(values, { least: 0, full }, what);
  if (full === 1023 || full === 4095) {
    warnings.push({
      code: `${what}-depth`,
      text: `The ${what} were taken as ${
        full === 1023 ? 10 : 12
      }-bit numbers, 0 to ${full}, since hardly any is larger; write ${what} as 0..1, 0..255 or 0..65535 if that is wrong.`,
      field: "scan",
    });
  }
  return { values: scaled, warnings };
}

function isMeant(range: (typeof RANGES)[number], isFloat: boolean, what: string): boolean {
  return !("only" in range) || (range.only === "floats" ? isFloat : range.only === what);
}

/** How many of so many values, zeros aside, may lie outside a range. */
export function mostStray(filled: number): number {
  return filled < LEAST_VALUES ? 0 : Math.max(CHANNELS, Math.floor(filled * STRAY_SHARE));
}

/**
 * Scales values of a range that is known; those beyond it are clamped, which a warning says.
 *
 * @param range the values that become 0 and 1
 * @param what name of the values in warnings
 */
export function scaleBetween(
  values: ArrayLike<number>,
  { least, full }: { least: number; full: number },
  what: "colours" | "intensities",
): ScaledValues {
  const scaled = new Float32Array(values.length);
  let clamped = 0;
  let farthest = full;
  for (let i = 0; i < scaled.length; i++) {
    const value = values[i]!;
    if (value >= least && value <= full) {
      scaled[i] = (value - least) / (full - least);
      continue;
    }
    clamped++;
    if (!(value <= farthest && value >= least)) farthest = value;
    // NaN has no brightness.
    scaled[i] = value > full ? 1 : 0;
  }
  if (clamped === 0) return { values: scaled, warnings: [] };
  const share = 100 * clamped / values.length;
  return {
    values: scaled,
    warnings: [{
      code: `${what}-clamped`,
      text: `${clamped} ${clamped === 1 ? "value" : "values"} of the ${what} (${
        share < 0.01 ? "less than 0.01" : share.toFixed(2)
      } %) lie outside ${least} to ${full}, such as ${farthest}, and were clamped; write ${what} as 0..1, 0..255 or 0..65535.`,
      field: "scan",
    }],
  };
}
