/**
 * Sorts the points of a scan into cells, which show where space is free, where the ground is, and how dense points are.
 *
 * @module
 */

/** Bounds of the edge of a cell, metres; cells of wide scans are coarser. */
const FINEST = 0.25, COARSEST = 2;
/** Most cells along the longer side of a scan's ground area, unless they would be coarser than the bound. */
const MOST_ALONG = 256;
/** Most points that are sorted; of larger scans, every k-th point is. */
const MOST_POINTS = 2 ** 20;

/** The cells of a scan that hold points. */
export interface CellGrid {
  /** Edge of a cell, metres. */
  edge: number;
  /** Lowest corner of cell (0, 0, 0), metres. */
  low: [number, number, number];
  /** Number of cells along each axis. */
  size: [number, number, number];
  /** The first point in each cell that holds points, by (x * size[1] + y) * size[2] + z, in the order of the points. */
  first: Map<number, number>;
  /** Typical distance between neighbouring points of a surface, that of the median point; metres. */
  spacing: number;
}

/**
 * Sorts points into cells.
 *
 * @param positions f32 [3 * points], metres, z up; at least one point
 */
export function cellsOf(positions: Float32Array): CellGrid {
  const points = positions.length / 3;
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i++) {
    const axis = i % 3, value = positions[i]!;
    if (value < low[axis]!) low[axis] = value;
    if (value > high[axis]!) high[axis] = value;
  }
  const along = Math.max(high[0] - low[0], high[1] - low[1]);
  const edge = Math.min(COARSEST, Math.max(FINEST, along / MOST_ALONG));
  const size = low.map((from, axis) =>
    Math.floor((high[axis]! - from) / edge) + 1
  ) as CellGrid["size"];
  const first = new Map<number, number>();
  const counts = new Map<number, number>();
  const stride = Math.ceil(points / MOST_POINTS);
  for (let i = 0; i < points; i += stride) {
    const [x, y, z] = [0, 1, 2].map((axis) =>
      Math.floor((positions[3 * i + axis]! - low[axis]!) / edge)
    ) as [number, number, number];
    const cell = (x * size[1] + y) * size[2] + z;
    if (!first.has(cell)) first.set(cell, i);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return { edge, low, size, first, spacing: edge / Math.sqrt(stride * medianCount(counts)) };
}

/** The number of points in the cell of the median point. */
function medianCount(counts: ReadonlyMap<number, number>): number {
  const rising = [...counts.values()].sort((a, b) => a - b);
  const half = rising.reduce((sum, count) => sum + count, 0) / 2;
  let below = 0;
  return rising.find((count) => (below += count) >= half)!;
}
