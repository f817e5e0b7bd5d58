/**
 * Cuts a large scan into overlapping blocks of bounded size. Each point lies in the core of one block. Around its core a
 * block has a margin, so that the network sees the surroundings. Cuts follow cells of 16 voxels, the coarsest voxels of a
 * MinkUNet or of a Point Transformer, and blocks keep the grid of the scan: the voxels of a block are, at every stride, voxels of the whole scan.
 *
 * @module
 */
import { CapacityError } from "../gpu/mod.ts";
import { KeyIndex } from "./key_index.ts";
import { boundsOf, map3, type Triple } from "./triple.ts";

const AXES = [0, 1, 2] as const;
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
  /** Most points of a block, those of the margin included; a dense scan has many more points than voxels. */
  readonly points: number;
  /**
   * Width of the margin in voxels, rounded up to whole cells. Where a scan is so dense that a core would become narrower
   * than twice its margin, the margin becomes narrower instead.
   */
  readonly margin: number;
}

/** The cubes of {@link CELL} voxels an edge that hold points. */
interface Cells {
  /** [cells][3] places in the grid of cells. */
  readonly at: Int32Array;
  /** [cells] voxels that hold points. */
  readonly voxels: Uint32Array;
  /** [cells] points. */
  readonly points: Uint32Array;
  /** The cell of every point of the scan. */
  readonly cellOf: Uint32Array;
}

/** What a box of cells holds. */
interface Load {
  readonly voxels: number;
  readonly points: number;
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
 * Cuts a scan: halves boxes of points, along their longest axis and into halves of about equally many voxels (or points,
 * where these are too many), until every block is small enough.
 *
 * @param positions [points][3], metres, finite.
 * @param voxelSize edge of a voxel, metres.
 * @returns blocks whose cores hold each point of the scan once; a single block where the scan is small enough.
 * @throws {CapacityError} where a single cell holds more voxels or points than a block may, or the scan is too long.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // A line of 400 points, 0.1 m apart: one voxel each.
 * const positions = Float32Array.from({ length: 1200 }, (_, i) => i % 3 === 0 ? i / 30 : 0);
 * const blocks = cutBlocks(positions, 0.1, { voxels: 200, points: 1000, margin: 16 });
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
  const cells = cellsOf(positions, voxelSize);
  if (cells.voxels.length === 0) return [];
  const all = boxOf(cells);
  const fits = (load: Load) => load.voxels <= size.voxels && load.points <= size.points;
  const cores: Core[] = [
    { ...all, margin: fits(loadOf(cells, all)) ? 0 : Math.ceil(size.margin / CELL) },
  ];
  const blocks: Block[] = [];
  while (cores.length > 0) {
    const core = cores.pop()!;
    const seen = widened(core);
    const load = loadOf(cells, seen);
    if (fits(load)) blocks.push({ ...pointsOf(cells, core, seen, load), voxels: load.voxels });
    else cores.push(...smaller(cells, core, size, load));
  }
  return blocks;
}

/** Finds the cells that hold points, in the order of their first points. */
function cellsOf(positions: Float32Array, voxelSize: number): Cells {
  const count = positions.length / 3;
  // As the GPU divides: by the reciprocal, in single precision.
  const perMetre = Math.fround(1 / voxelSize);
  const voxels = new KeyIndex();
  const cells = new KeyIndex();
  const cellOf = new Uint32Array(count);
  const voxelOf = (coordinate: number) => Math.floor(Math.fround(coordinate * perMetre));
  const { low } = boundsOf(positions);
  const origin = map3((axis) => Math.floor(voxelOf(low[axis]) / CELL) * CELL);
  for (let p = 0; p < count; p++) {
    const voxel = map3((axis) => voxelOf(positions[3 * p + axis]!) - origin[axis]);
    const cell = cells.numberOf(keyOf(map3((axis) => Math.floor(voxel[axis] / CELL))));
    cellOf[p] = cell;
    // The voxel's key: its place within the cell, and the number of the cell.
    const [x, y, z] = map3((axis) => voxel[axis] % CELL);
    voxels.numberOf(cell * CELL ** 3 + (x * CELL + y) * CELL + z);
  }
  const found = {
    at: new Int32Array(3 * cells.count),
    voxels: new Uint32Array(cells.count),
    points: new Uint32Array(cells.count),
    cellOf,
  };
  cells.keys().forEach((key, cell) => {
    const rest = Math.floor(key / SPAN);
    found.at.set([Math.floor(rest / SPAN), rest % SPAN, key % SPAN], 3 * cell);
  });
  for (const key of voxels.keys()) found.voxels[Math.floor(key / CELL ** 3)]!++;
  for (const cell of cellOf) found.points[cell]!++;
  return found;
}

function keyOf([x, y, z]: Triple): number {
  if (x >= SPAN || y >= SPAN || z >= SPAN) {
    throw new CapacityError(
      `Cannot cut the scan: it is more than ${SPAN * CELL} voxels long`,
    );
  }
  return (x * SPAN + y) * SPAN + z;
}

/** The smallest box around the cells, or around those that lie in a box. */
function boxOf({ at, voxels }: Cells, within?: Box): Box {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let cell = 0; cell < voxels.length; cell++) {
    if (within && !isIn(within, at, cell)) continue;
    for (const axis of AXES) {
      low[axis] = Math.min(low[axis], at[3 * cell + axis]!);
      high[axis] = Math.max(high[axis], at[3 * cell + axis]! + 1);
    }
  }
  return { low, high };
}

function widened({ low, high, margin }: Core): Box {
  return {
    low: map3((axis) => low[axis] - margin),
    high: map3((axis) => high[axis] + margin),
  };
}

function isIn({ low, high }: Box, at: Int32Array, cell: number): boolean {
  const [x, y, z] = [at[3 * cell]!, at[3 * cell + 1]!, at[3 * cell + 2]!];
  return x >= low[0] && x < high[0] && y >= low[1] && y < high[1] && z >= low[2] && z < high[2];
}

function loadOf({ at, voxels, points }: Cells, box: Box): Load {
  const load = { voxels: 0, points: 0 };
  for (let cell = 0; cell < voxels.length; cell++) {
    if (!isIn(box, at, cell)) continue;
    load.voxels += voxels[cell]!;
    load.points += points[cell]!;
  }
  return load;
}

/**
 * Gives what to try instead of a core that is too large: its two halves, or itself with a narrower margin.
 *
 * @param load what it holds with its margin.
 */
function smaller(cells: Cells, core: Core, size: BlockSize, load: Load): Core[] {
  const { low, high } = boxOf(cells, core);
  const { margin } = core;
  const counted = load.voxels > size.voxels ? "voxels" : "points";
  const lengths = low.map((value, axis) => high[axis]! - value);
  const longest = Math.max(...lengths);
  if (margin > 0 && longest <= 2 * margin) return [{ low, high, margin: margin - 1 }];
  if (longest === 1) {
    throw new CapacityError(
      `Cannot cut the scan: a cube of ${CELL} voxels an edge holds ${
        load[counted]
      } ${counted}, a ` +
        `block at most ${size[counted]}; ` +
        (counted === "voxels" ? "take larger blocks" : "take smaller voxels, or thin the scan out"),
    );
  }
  const axis = lengths.indexOf(longest);
  const slabs = new Float64Array(longest);
  for (let cell = 0; cell < cells.voxels.length; cell++) {
    if (!isIn(core, cells.at, cell)) continue;
    slabs[cells.at[3 * cell + axis]! - low[axis]!]! += cells[counted][cell]!;
  }
  const half = slabs.reduce((sum, value) => sum + value) / 2;
  let cut = 0;
  for (let sum = 0; sum < half;) sum += slabs[cut++]!;
  cut = low[axis]! + Math.min(Math.max(cut, 1), slabs.length - 1);
  const at = (corner: Triple) => map3((other) => other === axis ? cut : corner[other]);
  return [{ low, high: at(high), margin }, { low: at(low), high, margin }];
}

function pointsOf(
  { at, voxels, cellOf }: Cells,
  core: Box,
  seen: Box,
  load: Load,
): Pick<Block, "points" | "core"> {
  /** 0 outside, 1 in the margin, 2 in the core. */
  const place = new Uint8Array(voxels.length);
  for (let cell = 0; cell < place.length; cell++) {
    place[cell] = isIn(core, at, cell) ? 2 : isIn(seen, at, cell) ? 1 : 0;
  }
  const block = { points: new Uint32Array(load.points), core: new Uint8Array(load.points) };
  let next = 0;
  for (let point = 0; point < cellOf.length; point++) {
    const where = place[cellOf[point]!]!;
    if (where === 0) continue;
    block.points[next] = point;
    block.core[next++] = where - 1;
  }
  return block;
}
