/**
 * How numbers and tables are written for people: percent, durations, columns.
 *
 * @module
 */

/**
 * A fraction as percent with one decimal, without the sign; a dash where it is no number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { percent } from "./format.ts";
 *
 * assert.equal(`${percent(0.6344)} %`, "63.4 %");
 * assert.equal(percent(NaN), "–");
 * ```
 */
export function percent(fraction: number): string {
  return Number.isFinite(fraction) ? (100 * fraction).toFixed(1) : "–";
}

/**
 * A duration as people say it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { duration } from "./format.ts";
 *
 * assert.deepEqual([45, 720, 11_100].map(duration), ["45 s", "12 min", "3 h 05 min"]);
 * ```
 */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 100) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}

/**
 * Lines of two columns, the left one as wide as its widest cell.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { columns } from "./format.ts";
 *
 * assert.deepEqual(columns([["serve", "Labels"], ["eval", "Compares"]]), [
 *   "  serve  Labels",
 *   "  eval   Compares",
 * ]);
 * ```
 */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
