/**
 * The profile of a scan: a few measures of its shape that tell rooms from streets, and both from other things,
 * whatever sensor made the scan. Quantiles keep outliers out.
 *
 * @module
 */

/** What is measured of a scan, and how much it may differ between scans of one kind. */
interface Measure {
  /** What it is, with its unit. */
  readonly about: string;
  /** Factor by which a scan of the same kind may lie outside of the training scenes. */
  readonly tolerance: number;
  /** Says that a scan has `factor` times as much as the training scenes, after "it is". */
  readonly more: (factor: string) => string;
  /** The same where the training scenes have `factor` times as much as the scan. */
  readonly less: (factor: string) => string;
}

/** Name of a measure. */
export type MeasureName = "width" | "height";

/** The measures by name. */
export const MEASURES: Readonly<Record<MeasureName, Measure>> = {
  width: {
    about: "horizontal extent, metres",
    tolerance: 3,
    more: (factor) => `${factor} times as wide`,
    less: (factor) => `${factor} times narrower`,
  },
  height: {
    about: "vertical extent, metres",
    tolerance: 3,
    more: (factor) => `${factor} times as high`,
    less: (factor) => `${factor} times lower`,
  },
};

/** The names of the measures. */
export const MEASURE_NAMES: MeasureName[] = Object.keys(MEASURES) as MeasureName[];

/** The measures of one scan. */
export type ScanProfile = Readonly<Record<MeasureName, number>>;

/** Most points that are looked at. */
const SAMPLE = 100_000;
/** Share of the points at either end that are left out as outliers. */
const TAIL = 0.02;
/** Least value of a measure, metres; keeps logarithms finite. */
const LEAST = 1e-3;

/**
 * Measures a scan. Takes every k-th point of a large one, so it costs milliseconds.
 *
 * @param positions [N][3], metres, z up; points that are not finite are passed over.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A plane of 8 x 6 metres.
 * const plane = Float32Array.from({ length: 30_000 }, (_, i) => {
 *   const point = Math.floor(i / 3);
 *   return [(point % 100) * 0.08, Math.floor(point / 100) * 0.06, 0][i % 3]!;
 * });
 * const { width, height } = profileOf(plane);
 * assert.ok(width > 6 && width < 10);
 * assert.equal(height, 0.001);
 * ```
 */
export function profileOf(positions: Float32Array): ScanProfile {
  const axes: [number[], number[], number[]] = [[], [], []];
  const count = positions.length / 3;
  const stride = Math.max(1, Math.ceil(count / SAMPLE));
  for (let p = 0; p < count; p += stride) {
    const x = positions[3 * p]!, y = positions[3 * p + 1]!, z = positions[3 * p + 2]!;
    if (!Number.isFinite(x + y + z)) continue;
    axes[0].push(x);
    axes[1].push(y);
    axes[2].push(z);
  }
  const [x, y, z] = axes.map((values) => extentOf(Float64Array.from(values))) as [
    number,
    number,
    number,
  ];
  return { width: Math.max(Math.hypot(x, y), LEAST), height: Math.max(z, LEAST) };
}

/** The length that holds all values but those of the tails. */
function extentOf(values: Float64Array): number {
  if (values.length === 0) return 0;
  values.sort();
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  return at(1 - TAIL) - at(TAIL);
}
