/**
 * Cuts a large scan into overlapping blocks of bounded size. Each point lies in the core of one block. Around its core a
 * block has a margin, so that the network sees the surroundings. Cuts follow cells of 16 voxels, the coarsest voxels of a
 * MinkUNet, and blocks keep the grid of the scan: the voxels of a block are, at every stride, voxels of the whole scan.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";
import { type Axis, boundsOf, map3, type Triple } from "./triple.ts";

/** Edge of a cell in voxels. */
const CELL = 16;
/** Cells along an axis for which a key has room. */
const SPAN = 2 ** 17;

/** A part of a scan. */
export interface Block {
  /** Indices of its points in the scan, those of the margin included, in ascending order. */
  readonly points: Uint32Array<ArrayBuffer>;
  /** For each point of the block: 1 in the core, 0 in the margin. */
  readonly core: Uint8Array<ArrayBuffer>;
  /** Number of voxels, those of the margin included. */
  readonly voxels: number;
}

/** Limits of a block. */
export interface BlockSize {
  /** Most voxels of a block, those of the margin included. */
  readonly voxels: number;
  /**
   * Width of the margin in voxels, rounded up to whole cells. Where a scan is so dense that a core would become narrower
   * than twice its margin, the margin becomes narrower instead.
   */
  readonly margin: number;
}

/** A cube of {@link CELL} voxels an edge that holds points. */
interface Cell {
  /** Its place in the grid of cells. */
  readonly at: Triple;
  voxels: number;
}

/** A box of cells; the upper corner is not included. */
interface Box {
  readonly low: Triple;
  readonly high: Triple;
}

/** The core of a future block, and the width of its margin in cells. */
interface Core extends Box {
  readonly margin: number;
}

/**
 * Cuts a scan: halves boxes of points, along their longest axis and into halves of about equally many voxels, until every
 * block is small enough.
 *
 * @param positions [points][3], metres, finite.
 * @param voxelSize edge of a voxel, metres.
 * @returns blocks whose cores hold each point of the scan once; a single block where the scan is small enough.
 * @throws {CapacityError} where a single cell holds more voxels than a block may, or the scan is too long.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A line of 400 points, 0.1 m apart: one voxel each.
 * const positions = Float32Array.from({ length: 1200 }, (_, i) => i % 3 === 0 ? i / 30 : 0);
 * const blocks = cutBlocks(positions, 0.1, { voxels: 200, margin: 16 });
 * assert.ok(blocks.length > 1 && blocks.every(({ voxels }) => voxels <= 200));
 * const cores = blocks.flatMap(({ points, core }) => [...points].filter((_, i) => core[i] === 1));
 * assert.equal(new Set(cores).size, 400);
 * ```
 */
export function cutBlocks(
  positions: Float32Array,
  voxelSize: number,
  size: BlockSize,
): Block[] {
  const { cells, cellOf } = cellsOf(positions, voxelSize);
  if (cells.length === 0) return [];
  const all = boxOf(cells);
  const whole = voxelsIn(cells, all);
  const cores: Core[] = [
    { ...all, margin: whole <= size.voxels ? 0 : Math.ceil(size.margin / CELL) },
  ];
  const blocks: Block[] = [];
  while (cores.length > 0) {
    const core = cores.pop()!;
    const seen = widened(core);
    const voxels = voxelsIn(cells, seen);
    if (voxels <= size.voxels) blocks.push({ ...pointsOf(cells, cellOf, core, seen), voxels });
    else cores.push(...smaller(cells, core, size.voxels));
  }
  return blocks;
}

/** The cells that hold voxels, and the cell of every point. */
function cellsOf(
  positions: Float32Array,
  voxelSize: number,
): { cells: Cell[]; cellOf: Uint32Array } {
  const count = positions.length / 3;
  // As the GPU divides: by the reciprocal, in single precision.
  const perMetre = Math.fround(1 / voxelSize);
  const voxels = new Set<number>();
  const cells: Cell[] = [];
  const cellAt = new Map<number, number>();
  const cellOf = new Uint32Array(count);
  const voxelOf = (coordinate: number) => Math.floor(Math.fround(coordinate * perMetre));
  const { low } = boundsOf(positions);
  const origin = map3((axis) => Math.floor(voxelOf(low[axis]) / CELL) * CELL);
  for (let p = 0; p < count; p++) {
    const voxel = map3((axis) => voxelOf(positions[3 * p + axis]!) - origin[axis]);
    const at = map3((axis) => Math.floor(voxel[axis] / CELL));
    const key = keyOf(at);
    let index = cellAt.get(key);
    if (index === undefined) {
      index = cells.push({ at, voxels: 0 }) - 1;
      cellAt.set(key, index);
    }
    cellOf[p] = index;
    // The voxel's key: its place within the cell, and the index of the cell.
    const [x, y, z] = map3((axis) => voxel[axis] % CELL);
    const inside = index * CELL ** 3 + (x * CELL + y) * CELL + z;
    if (voxels.has(inside)) continue;
    voxels.add(inside);
    cells[index]!.voxels++;
  }
  return { cells, cellOf };
}

function keyOf([x, y, z]: Triple): number {
  if (x >= SPAN || y >= SPAN || z >= SPAN) {
    throw new CapacityError(
      `Cannot cut the scan: it is more than ${SPAN * CELL} voxels long; take stray points out`,
    );
  }
  return (x * SPAN + y) * SPAN + z;
}

function boxOf(cells: readonly Cell[]): Box {
  const reduce = (axis: Axis, pick: (a: number, b: number) => number) =>
    cells.map(({ at }) => at[axis]).reduce((a, b) => pick(a, b));
  return {
    low: map3((axis) => reduce(axis, Math.min)),
    high: map3((axis) => reduce(axis, Math.max) + 1),
  };
}

function widened({ low, high, margin }: Core): Box {
  return {
    low: map3((axis) => low[axis] - margin),
    high: map3((axis) => high[axis] + margin),
  };
}

function isIn({ low, high }: Box, at: Triple): boolean {
  return at.every((value, axis) => value >= low[axis]! && value < high[axis]!);
}

function voxelsIn(cells: readonly Cell[], box: Box): number {
  return cells.reduce((sum, { at, voxels }) => isIn(box, at) ? sum + voxels : sum, 0);
}

/** Gives what to try instead of a core that is too large: its two halves, or itself with a narrower margin. */
function smaller(cells: readonly Cell[], core: Core, limit: number): Core[] {
  const inside = cells.filter(({ at }) => isIn(core, at));
  const { low, high } = boxOf(inside);
  const { margin } = core;
  const lengths = low.map((value, axis) => high[axis]! - value);
  const longest = Math.max(...lengths);
  if (margin > 0 && longest <= 2 * margin) return [{ low, high, margin: margin - 1 }];
  if (longest === 1) {
    throw new CapacityError(
      `Cannot cut the scan: a cube of ${CELL} voxels an edge holds ${
        inside[0]!.voxels
      } voxels, a ` +
        `block at most ${limit}; take larger blocks`,
    );
  }
  const axis = lengths.indexOf(longest);
  const slabs = new Float64Array(longest);
  for (const { at, voxels } of inside) slabs[at[axis]! - low[axis]!]! += voxels;
  const half = slabs.reduce((sum, value) => sum + value) / 2;
  let cut = 0;
  for (let sum = 0; sum < half;) sum += slabs[cut++]!;
  cut = low[axis]! + Math.min(Math.max(cut, 1), slabs.length - 1);
  const at = (corner: Triple) => map3((other) => other === axis ? cut : corner[other]);
  return [{ low, high: at(high), margin }, { low: at(low), high, margin }];
}

function pointsOf(
  cells: readonly Cell[],
  cellOf: Uint32Array,
  core: Box,
  seen: Box,
): Pick<Block, "points" | "core"> {
  const isSeen = cells.map(({ at }) => isIn(seen, at));
  const isCore = cells.map(({ at }) => isIn(core, at));
  const points: number[] = [];
  cellOf.forEach((cell, point) => {
    if (isSeen[cell]) points.push(point);
  });
  return {
    points: Uint32Array.from(points),
    core: Uint8Array.from(points, (point) => Number(isCore[cellOf[point]!])),
  };
}
