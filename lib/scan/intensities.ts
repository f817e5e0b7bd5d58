/**
 * Brings intensities to 0..1. Beside the ranges that they share with colours there are two of scanners: whole numbers with
 * a sign, as Leica's PTS has them, and decibels, as RIEGL's reflectance is, of which 0 is a white surface.
 *
 * @module
 */
import { mostStray, scaleBetween, scaleToUnit } from "./full_scale.ts";
import type { Warning } from "./warning.ts";

/** Intensities, as far as their range is known. */
export interface UnitIntensities {
  /** 0 to 1; null where they have none of the ranges. */
  values: Float32Array | null;
  /** What is doubtful about them. */
  warnings: Warning[];
}

/** Twelve bits with a sign, of which many are hundreds below zero. */
const SIGNED = { least: -2048, full: 2047, dark: -100 };
/** From what hardly answers to what throws all light back. Most surfaces answer with less than half of white, -3. */
const DECIBELS = { least: -60, full: 30, dark: -3 };
/** The share of decibels that lie below those of white, at least. */
const BELOW_WHITE = 0.75;

/**
 * Brings intensities to 0..1 by the range that holds nearly all of them.
 *
 * @param values as stored
 * @param isFloat whether the field holds floating-point numbers, whose range may be 0..1
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const read = (...values: number[]) => unitIntensities(values, true);
 * assert.deepEqual([...read(51, 255).values!], [0.2, 1].map(Math.fround));
 * assert.deepEqual([...read(-2048, 2047).values!], [0, 1]);
 * assert.deepEqual([...read(-20, -10, -9.5, 2).values!], [0.01, 0.1, 10 ** -0.95, 1].map(Math.fround));
 * assert.equal(read(1e6, 3).warnings[0]!.code, "intensities-not-read");
 * ```
 */
export function unitIntensities(values: ArrayLike<number>, isFloat: boolean): UnitIntensities {
  const scaled = scaleToUnit(values, isFloat, "intensities");
  if (scaled) return scaled;
  const count = (fits: (value: number) => boolean): number => {
    let found = 0;
    for (let i = 0; i < values.length; i++) if (fits(values[i]!)) found++;
    return found;
  };
  const most = mostStray(count((value) => value !== 0));
  const lieIn = ({ least, full, dark }: typeof SIGNED) =>
    values.length - count((value) => value >= least && value <= full) <= most &&
    count((value) => value < dark) > most;
  if (lieIn(SIGNED) && count((value) => !Number.isInteger(value)) <= most) {
    const { values: unit, warnings } = scaleBetween(values, SIGNED, "intensities");
    const taken = "whole numbers from -2048 to 2047, as Leica's PTS has them";
    return { values: unit, warnings: [takenAs("intensities-signed", taken), ...warnings] };
  }
  const below = count((value) => value < 0);
  if (lieIn(DECIBELS) && below >= BELOW_WHITE * values.length) {
    return {
      // NaN has no brightness.
      values: Float32Array.from(values, (value) => Math.min(1, 10 ** (value / 10)) || 0),
      warnings: [takenAs(
        "intensities-decibels",
        "decibels, as RIEGL's reflectance is, where 0 and more are white",
      )],
    };
  }
  return {
    values: null,
    warnings: [notRead(values, count((value) => !(value >= 0 && value <= 65535)))],
  };
}

function takenAs(code: string, range: string): Warning {
  return {
    code,
    text:
      `The intensities were taken as ${range}; write intensities as 0..1, 0..255 or 0..65535 if that is wrong.`,
    field: "scan",
  };
}

function notRead(values: ArrayLike<number>, beyond: number): Warning {
  const one = Array.prototype.find.call(values, (value: number) => !(value >= 0 && value <= 65535));
  return {
    code: "intensities-not-read",
    text:
      `The intensities were not read: ${beyond} of ${values.length} lie outside 0 to 65535, such as ${one}, and they ` +
      "are neither decibels nor whole numbers from -2048 to 2047; write intensities as 0..1, 0..255 or 0..65535.",
    field: "scan",
  };
}
