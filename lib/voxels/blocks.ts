/**
 * Cuts a large scan into overlapping blocks of bounded size. Each point lies in the core of one block; around
 * the core a block has a margin, so that the network sees what lies beyond. Cuts run along cells of 16 voxels,
 * the coarsest voxel of a MinkUNet, and blocks keep the scan's own grid: a block's voxels of every stride are
 * voxels of the whole scan.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";

/** Edge of a cell in voxels. */
const CELL = 16;
/** Cells an axis that a key has room for. */
const SPAN = 2 ** 17;

/** A part of a scan. */
export interface Block {
  /** Its points, margin included, by their numbers in the scan, rising. */
  readonly points: Uint32Array<ArrayBuffer>;
  /** By point of the block: 1 in the core, 0 in the margin. */
  readonly core: Uint8Array<ArrayBuffer>;
  /** Distinct voxels, margin included. */
  readonly voxels: number;
}

/** How large blocks may be. */
export interface BlockSize {
  /** Most voxels of a block, its margin included. */
  readonly voxels: number;
  /**
   * Width of the margin in voxels, rounded up to whole cells. Where a scan is so dense that cores would become
   * narrower than twice their margin, margins become narrower instead.
   */
  readonly margin: number;
}

type Triple = readonly [number, number, number];

interface Cell {
  readonly at: Triple;
  voxels: number;
}

/** A box of cells, the upper corner not included. */
interface Box {
  readonly low: Triple;
  readonly high: Triple;
}

/** The core of a block to be, and the width of its margin in cells. */
interface Core extends Box {
  readonly margin: number;
}

/**
 * Cuts until every block is small enough: the box of all points is halved, along its longest axis and so that
 * both halves hold about as many voxels, again and again.
 *
 * @param positions [points][3], metres, finite.
 * @param voxelSize edge of a voxel, metres.
 * @returns blocks with the points of a whole scan in their cores; one block where the scan is small enough.
 * @throws {CapacityError} where a single cell holds more voxels than a block may.
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
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  for (let i = 0; i < positions.length; i++) {
    low[i % 3] = Math.min(low[i % 3]!, Math.floor(Math.fround(positions[i]! * perMetre)));
  }
  const origin = low.map((value) => Math.floor(value / CELL) * CELL);
  for (let p = 0; p < count; p++) {
    const voxel = [0, 1, 2].map((axis) =>
      Math.floor(Math.fround(positions[3 * p + axis]! * perMetre)) - origin[axis]!
    ) as unknown as Triple;
    const at = voxel.map((value) => Math.floor(value / CELL)) as unknown as Triple;
    const key = keyOf(at);
    let index = cellAt.get(key);
    if (index === undefined) {
      index = cells.push({ at, voxels: 0 }) - 1;
      cellAt.set(key, index);
    }
    cellOf[p] = index;
    // Distinct within the cell: cells are counted by index, not by place.
    const [x, y, z] = voxel.map((value) => value % CELL) as unknown as Triple;
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
  const along = (axis: number) => cells.map(({ at }) => at[axis]!);
  const all = [0, 1, 2].map(along);
  return {
    low: all.map((values) => values.reduce((a, b) => Math.min(a, b))) as unknown as Triple,
    high: all.map((values) => values.reduce((a, b) => Math.max(a, b)) + 1) as unknown as Triple,
  };
}

function widened({ low, high, margin }: Core): Box {
  return {
    low: low.map((value) => value - margin) as unknown as Triple,
    high: high.map((value) => value + margin) as unknown as Triple,
  };
}

function isIn({ low, high }: Box, at: Triple): boolean {
  return at.every((value, axis) => value >= low[axis]! && value < high[axis]!);
}

function voxelsIn(cells: readonly Cell[], box: Box): number {
  return cells.reduce((sum, { at, voxels }) => isIn(box, at) ? sum + voxels : sum, 0);
}

/**
 * What to try instead of a core that is too large: its two halves, each shrunk to the cells that it holds, or
 * itself with a narrower margin.
 */
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
      } voxels, a block at most ` +
        `${limit}; take larger blocks`,
    );
  }
  const axis = lengths.indexOf(longest);
  const slabs = new Float64Array(longest);
  for (const { at, voxels } of inside) slabs[at[axis]! - low[axis]!]! += voxels;
  const half = slabs.reduce((sum, value) => sum + value) / 2;
  let cut = 0;
  for (let sum = 0; sum < half;) sum += slabs[cut++]!;
  cut = low[axis]! + Math.min(Math.max(cut, 1), slabs.length - 1);
  const at = (corner: Triple) =>
    corner.map((value, i) => i === axis ? cut : value) as unknown as Triple;
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
