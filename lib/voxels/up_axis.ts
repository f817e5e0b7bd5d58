/**
 * Guesses which axis of a scan points up, for files that do not say it.
 *
 * Photographs are mostly taken upright, so the mean of their upward directions tells it best. Those that look straight
 * down tell nothing by it; then, and where there are none, the scan itself is looked at: rooms, streets and the land
 * reach less far upwards than across, and floors and the land lie across the vertical. A shelf or the front of a house
 * looks like land that stands upright, so z, which most files have up, is only given up on clear evidence.
 *
 * @module
 */
import type { Camera, UpAxis } from "../scan/mod.ts";
import { quantilesOf } from "./extent.ts";
import { estimateNormals } from "./normals.ts";
import { type Axis, map3, type Triple } from "./triple.ts";

/** A guess. */
export interface UpGuess {
  /** The axis that is taken. */
  up: UpAxis;
  /**
   * Why another axis than z is taken, or what speaks against z, as a part of a sentence; null where z is taken and
   * nothing speaks against it.
   */
  reason: string | null;
}

/** Cosine of the greatest angle between an axis and a direction that is said to lie along it: 37°. */
const ALONG = 0.8;
/** Length of the mean of upward directions below which photographs do not agree on one. */
const LEAST_MEAN = 0.3;
/** How many times farther than its shortest side a scan may reach along z before z is doubtful. */
const FARTHER = 1.15;
/** How many times the surfaces across an axis have to outweigh those across the others, for it to be taken. */
const CLEAR = 2.5;
/** How far from the middle of the heights their median has to lie for the land to be told, as a share of them. */
const ONE_SIDED = 0.15;
/** Height of a scan of the land, as a share of its longest side. */
const FLAT = 0.3;
/** Share of the height above which the median point of the land is never expected. */
const TOP = 0.7;

/**
 * Guesses the axis that points up. The same scan gives the same guess.
 *
 * @param positions [N][3], in any unit.
 * @param cameras those of the photographs, in the same frame.
 */
export function guessUp(positions: Float32Array, cameras: readonly Camera[]): UpGuess {
  const quantiles = quantilesOf(positions);
  const [low, high] = [quantiles(0.05), quantiles(0.95)];
  const extent = map3((axis) => high[axis] - low[axis]);
  const isLevel = extent[2] <= FARTHER * Math.min(...extent);
  const upward = directionOf(cameras, ({ worldToCamera: pose }, axis) => -pose[4 + axis]!);
  const forward = directionOf(cameras, ({ worldToCamera: pose }, axis) => pose[8 + axis]!);
  // Photographs that look down upon the land, whatever is up in them.
  if (forward?.nearest === "-z" && forward.length * forward.cosine >= ALONG && isLevel) {
    return { up: "z", reason: null };
  }
  if (upward && upward.length >= LEAST_MEAN) {
    const { nearest, cosine } = upward;
    // The poses may be inverted: then the axis that they name is none that anything else speaks for.
    const inverted = directionOf(cameras, ({ worldToCamera: pose }, axis) => -pose[4 * axis + 1]!);
    const isUprightInverted = inverted !== null && inverted.nearest === "z" &&
      inverted.length >= LEAST_MEAN && inverted.cosine >= ALONG;
    const speaksForZ = nearest === "-z" ? medianPlace(quantiles, 2) < 1 - TOP : isLevel;
    if (nearest !== "z" && speaksForZ && isUprightInverted) {
      return { up: "z", reason: "its photographs are upright only by the inverses of their poses" };
    }
    if (cosine < ALONG) {
      const angle = Math.round(Math.acos(ALONG) * 180 / Math.PI);
      return {
        up: "z",
        reason: `no axis lies within ${angle}° of what is up in its photographs`,
      };
    }
    return {
      up: nearest,
      reason: nearest === "z" ? null : `its photographs were taken with ${nearest} up`,
    };
  }
  return isLevel ? guessLevel(extent, quantiles) : guessUpright(positions, extent, quantiles);
}

/** The mean of a direction over all cameras, and the axis that it lies nearest to. */
function directionOf(
  cameras: readonly Camera[],
  along: (camera: Camera, axis: Axis) => number,
): { length: number; nearest: UpAxis; cosine: number } | null {
  if (cameras.length === 0) return null;
  const mean = map3((axis) =>
    cameras.reduce((sum, camera) => sum + along(camera, axis), 0) / cameras.length
  );
  const length = Math.hypot(...mean);
  const axis = largest(mean.map(Math.abs));
  return { length, nearest: named(axis, mean[axis]), cosine: Math.abs(mean[axis]) / length };
}

/** Takes z for a scan that is shortest along z; land whose points lie at its top is upside down. */
function guessLevel(extent: Triple, quantiles: (q: number) => Triple): UpGuess {
  const isFlat = extent[2] < FLAT * Math.max(...extent);
  if (isFlat && medianPlace(quantiles, 2) > TOP) {
    return { up: "z", reason: "most of its points lie at its top" };
  }
  return { up: "z", reason: null };
}

/** Takes the shortest axis of a scan that is longer along z, where it looks like land; otherwise z. */
function guessUpright(
  positions: Float32Array,
  extent: Triple,
  quantiles: (q: number) => Triple,
): UpGuess {
  const shortest = extent.indexOf(Math.min(...extent)) as Axis;
  const place = medianPlace(quantiles, shortest) - 0.5;
  if (Math.abs(place) >= ONE_SIDED) {
    const shares = surfacesAcross(positions, Math.max(...extent));
    const others = shares.filter((_, axis) => axis !== shortest);
    // What stands on the land reaches farther from it than what lies below.
    if (shares[shortest] > 0 && shares[shortest] >= CLEAR * Math.max(...others)) {
      const up = named(shortest, -place);
      return {
        up,
        reason: `it is shortest along that axis and most of its surfaces lie across it`,
      };
    }
  }
  const reason = `it reaches farther along z than along ${named(shortest, 1)}`;
  return { up: "z", reason };
}

/** Where the median lies between the first and the last percentile along an axis: 0 to 1. */
function medianPlace(quantiles: (q: number) => Triple, axis: Axis): number {
  const [low, middle, high] = [quantiles(0.01)[axis], quantiles(0.5)[axis], quantiles(0.99)[axis]];
  return high > low ? (middle - low) / (high - low) : 0.5;
}

/** Most points that surfaces are told from. */
const MOST_POINTS = 100_000;
/** Cells along the longest side of the scan, in which normals are estimated. */
const CELLS = 48;
/** Cosine of the greatest angle between an axis and a normal that lies along it: 20°. */
const ACROSS = 0.94;

/**
 * Counts the pieces of surface that lie across each axis. Points are thinned to one for each cell, so that a piece
 * counts by its size and not by how near the scanner stood.
 */
function surfacesAcross(positions: Float32Array, longest: number): Triple {
  const edge = longest / CELLS;
  const normals = estimateNormals(thinned(positions, edge / 2), edge, []);
  const across = [0, 0, 0];
  for (let i = 0; i < normals.length; i++) {
    if (Math.abs(normals[i]!) > ACROSS) across[i % 3]!++;
  }
  return map3((axis) => across[axis]!);
}

/** Difference of the keys of cells that are neighbours along y; a scan has some hundred cells along an axis. */
const KEY_STEP = 1 << 16;

/** One point of each cell, out of at most 100,000 evenly spaced ones. */
function thinned(positions: Float32Array, edge: number): Float32Array {
  const stride = 3 * Math.ceil(positions.length / 3 / MOST_POINTS);
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let i = 0; i < positions.length; i += stride) {
    const [x, y, z] = map3((axis) => Math.floor(positions[i + axis]! / edge));
    // Cells that lie far apart may share a key, which costs a point.
    const key = (x * KEY_STEP + y) * KEY_STEP + z;
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(i);
  }
  return Float32Array.from(
    { length: 3 * kept.length },
    (_, k) => positions[kept[Math.floor(k / 3)]! + k % 3]!,
  );
}

function largest(values: readonly number[]): Axis {
  return values.indexOf(Math.max(...values)) as Axis;
}

function named(axis: Axis, sign: number): UpAxis {
  return `${sign < 0 ? "-" : ""}${"xyz"[axis]}` as UpAxis;
}
