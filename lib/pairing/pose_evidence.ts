/**
 * Weighs how well cameras fit a scan, by a sample of its points on the CPU: whether they have points in their pictures,
 * whether the pictures change where depth jumps, whether they have the colours of the points, and whether what lies
 * below is nearer than what lies above, as in pictures that were taken upright.
 *
 * @module
 */
import type { Camera, Photo, Scan } from "../scan/mod.ts";
import { localPose } from "./projection.ts";

/** Points that are projected; they lie at equal distances in the order of the scan. */
const SAMPLE = 16_384;
/** Cells along the longer side of a picture; the nearest point of each is looked at. */
const CELLS = 64;
/** Fewest pairs that a correlation is taken over. */
const LEAST_PAIRS = 30;
/** Logarithm of the ratio of depths above which one jump counts as much as any other. */
const JUMP = 0.3;
/** Difference of colours, summed over red, green and blue, above which one edge counts as much as any other. */
const EDGE = 60;

/** What a camera has of a scan in its picture. */
export interface Sight {
  /** Share of the points that lie in the picture. */
  share: number;
  /** Share of its cells that hold points, at most 1; for few points, of as many cells as there are points. */
  filled: number;
  /** Cells in a row of the picture. */
  columns: number;
  /** By cell, row by row: the nearest point, -1 where there is none. */
  point: Int32Array;
  /** Column and row of that point, pixels, and its depth. */
  u: Float64Array;
  v: Float64Array;
  depth: Float64Array;
}

/** How two quantities go together in the cells of one picture. */
interface Correlation {
  /** -1 to 1. */
  value: number;
  /** Pairs that it was taken over. */
  pairs: number;
}

/** How one photograph fits what its camera sees. */
export interface PhotographFit {
  /** Steps of the picture with jumps of the depth, between neighbouring cells. */
  edges: Correlation;
  /** Brightness of the picture with that of the points; over no pairs where the points have no colours. */
  colours: Correlation;
}

/** Projects a sample of the points into a picture. */
export function sightOf(
  { positions, origin }: Pick<Scan, "positions" | "origin">,
  camera: Camera,
): Sight {
  const { fx, fy, cx, cy, width, height } = camera;
  const pose = localPose(camera, origin);
  const points = positions.length / 3;
  const sample = Math.min(points, SAMPLE);
  const cell = Math.max(width, height) / CELLS;
  const columns = Math.ceil(width / cell);
  const cells = columns * Math.ceil(height / cell);
  const point = new Int32Array(cells).fill(-1);
  const [u, v] = [new Float64Array(cells), new Float64Array(cells)];
  const depth = new Float64Array(cells).fill(Infinity);
  let inside = 0;
  for (let i = 0; i < sample; i++) {
    const p = Math.floor((i + 0.5) * points / sample);
    const [x, y, z] = [positions[3 * p]!, positions[3 * p + 1]!, positions[3 * p + 2]!];
    const d = pose[8]! * x + pose[9]! * y + pose[10]! * z + pose[11]!;
    if (!(d > 0)) continue;
    const column = fx * (pose[0]! * x + pose[1]! * y + pose[2]! * z + pose[3]!) / d + cx;
    const row = fy * (pose[4]! * x + pose[5]! * y + pose[6]! * z + pose[7]!) / d + cy;
    if (!(column >= -0.5 && row >= -0.5 && column < width - 0.5 && row < height - 0.5)) continue;
    inside++;
    const at = Math.floor((row + 0.5) / cell) * columns + Math.floor((column + 0.5) / cell);
    if (d >= depth[at]!) continue;
    [point[at], u[at], v[at], depth[at]] = [p, column, row, d];
  }
  const held = point.reduce((sum, p) => sum + Number(p >= 0), 0);
  return {
    share: inside / sample,
    filled: held / Math.min(sample, cells),
    ...{ columns, point, u, v, depth },
  };
}

/** Compares a photograph with what a camera of its size sees. */
export function photographFit(
  { columns, point, u, v, depth }: Sight,
  { width, height, pixels }: Photo,
  colors: Scan["colors"],
): PhotographFit {
  const pixelOf = (cell: number) => {
    const column = Math.min(Math.max(Math.round(u[cell]!), 0), width - 1);
    const row = Math.min(Math.max(Math.round(v[cell]!), 0), height - 1);
    return 3 * (row * width + column);
  };
  const edges = new CorrelationSums();
  const colours = new CorrelationSums();
  for (let cell = 0; cell < point.length; cell++) {
    const p = point[cell]!;
    if (p < 0) continue;
    const pixel = pixelOf(cell);
    if (colors) {
      colours.add(
        pixels[pixel]! + pixels[pixel + 1]! + pixels[pixel + 2]!,
        colors[3 * p]! + colors[3 * p + 1]! + colors[3 * p + 2]!,
      );
    }
    for (const next of [cell + 1, cell + columns]) {
      const isRightOfLast = next === cell + 1 && next % columns === 0;
      if (isRightOfLast || next >= point.length || point[next]! < 0) continue;
      const other = pixelOf(next);
      let step = 0;
      for (let k = 0; k < 3; k++) step += Math.abs(pixels[pixel + k]! - pixels[other + k]!);
      edges.add(
        Math.min(step, EDGE),
        Math.min(Math.abs(Math.log(depth[cell]! / depth[next]!)), JUMP),
      );
    }
  }
  return { edges: edges.correlation(), colours: colours.correlation() };
}

/** How nearness goes with the row: upright pictures of rooms and streets have the ground below. */
function nearBelow({ point, v, depth }: Sight): Correlation {
  const sums = new CorrelationSums();
  for (let cell = 0; cell < point.length; cell++) {
    if (point[cell]! >= 0) sums.add(v[cell]!, -Math.log(depth[cell]!));
  }
  return sums.correlation();
}

/** What full uprightness counts, beside the standard deviations by which edges and colours exceed chance. */
const UPRIGHT = 10;
/** What each factor of e counts by which pictures are fuller. */
const FULLER = 3;
/** Share of a picture that an empty one is taken to show. */
const EMPTY = 0.01;

/**
 * What speaks for cameras, for comparison with others of the same photographs, in standard deviations of chance or what
 * was found to be worth as much on validation scenes (`fixtures/cameras/find_faults.ts`).
 */
export interface PoseEvidence {
  /** Edges and colours of the photographs. */
  pictures: number;
  /** That what lies below is nearer. */
  upright: number;
  /** That the pictures are full. */
  fullness: number;
}

/** Weighs cameras by what they see, and by how that fits their photographs. */
export function poseEvidence(
  sights: readonly Sight[],
  fits: readonly PhotographFit[],
): PoseEvidence {
  const upright = sights.map(nearBelow).filter(({ pairs }) => pairs > 0);
  return {
    pictures: fitEvidence(fits),
    upright: UPRIGHT * mean(upright.map(({ value }) => value)),
    fullness: FULLER * Math.log(EMPTY + mean(sights.map(({ filled }) => filled))),
  };
}

/** What speaks for photographs at their cameras, in standard deviations of chance. */
export function fitEvidence(fits: readonly PhotographFit[]): number {
  return deviations(fits.map(({ edges }) => edges)) +
    deviations(fits.map(({ colours }) => colours));
}

/** By how many standard deviations of chance correlations exceed 0 together. */
function deviations(correlations: readonly Correlation[]): number {
  const all = correlations.reduce((sum, { pairs }) => sum + pairs, 0);
  return correlations.reduce((sum, { value, pairs }) => sum + value * pairs, 0) /
    Math.sqrt(Math.max(all, 1));
}

/** The mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}

/** Gathers pairs of numbers. */
class CorrelationSums {
  #pairs = 0;
  #a = 0;
  #b = 0;
  #aa = 0;
  #bb = 0;
  #ab = 0;

  add(a: number, b: number): void {
    this.#pairs++;
    this.#a += a;
    this.#b += b;
    this.#aa += a * a;
    this.#bb += b * b;
    this.#ab += a * b;
  }

  /** Pearson's correlation; of no pairs where there are too few, or one quantity is constant. */
  correlation(): Correlation {
    const n = this.#pairs;
    const spread = (n * this.#aa - this.#a ** 2) * (n * this.#bb - this.#b ** 2);
    // Sums of squares cancel to about 1e-12 of themselves where a quantity is constant.
    if (n < LEAST_PAIRS || !(spread > 1e-10 * (n * this.#aa) * (n * this.#bb))) {
      return { value: 0, pairs: 0 };
    }
    return { value: (n * this.#ab - this.#a * this.#b) / Math.sqrt(spread), pairs: n };
  }
}
