/**
 * Kernel maps: which input rows a sparse convolution gathers for each output row, in MinkowskiEngine's order
 * of offsets (`src/kernel_region.hpp`). Lists are compact: memory grows with the pairs that exist, and
 * a convolution walks only those.
 *
 * @module
 */
import { MAX_ROWS, TILE_ROWS } from "../../kernels/sparse/pair_list.ts";
import { kernelMapCount, kernelMapFill } from "../../kernels/sparse/records.ts";
import {
  CapacityError,
  type Gpu,
  type GpuBuffer,
  groupsOf64,
  type Launch,
  launch,
} from "../gpu/mod.ts";
import { type CoordinateIndex, coordinateKey, type CoordinateTable } from "./coordinate_hash.ts";
import { prefixSum } from "./prefix_sum.ts";

/** The pairs of one direction of a convolution, by offset and tile of 64 output rows. */
export interface PairList {
  /** Output rows. */
  readonly rows: number;
  /** ceil(rows / 64). */
  readonly tiles: number;
  /** True where offset k is listed at volume - 1 - k, because the lists are shared with the other direction. */
  readonly mirrored: boolean;
  /** Number of pairs. */
  readonly pairs: number;
  /** u32 [pairs]: source row << 6 | output row % 64; ascending output rows within a list. */
  readonly entries: GpuBuffer;
  /** u32 [volume * tiles + 1]: list (k, tile) is entries offsets[k * tiles + tile] up to the next one. */
  readonly offsets: GpuBuffer;
  /** vec2u [volume * tiles]: bit r of list (k, tile) says that output row tile * 64 + r has a source at offset k. */
  readonly found: GpuBuffer;
}

/** A kernel map. `Pyramid` owns it. */
export interface KernelMap {
  /** Offsets: kernel size cubed. */
  readonly volume: number;
  /** Input voxels. */
  readonly inRows: number;
  /** Output voxels. */
  readonly outRows: number;
  /** Output row o gathers input row i, coordinate(i) = coordinate(o) + offset k. */
  readonly forward: PairList;
  /** Input row i gathers output row o, the same pairs by i: input gradients and transposed convolutions. */
  readonly transposed: PairList;
}

/** What a kernel map needs of one level of a pyramid. */
export interface MapLevel {
  /** Coordinates are multiples of it; a power of two. */
  readonly stride: number;
  /** Voxels of the level. */
  readonly count: number;
  /** Finds their rows by coordinate. */
  readonly table: CoordinateTable;
}

/** The map to build: inputs on `from`, outputs on `to` (the same level for stride 1). */
export interface MapRequest {
  readonly kernelSize: number;
  readonly dilation: number;
  readonly from: MapLevel;
  readonly to: MapLevel;
}

/** One list to build: `rows` gather from `sources` at multiples of `spacing`, negative for the transposed list. */
interface ListRequest {
  readonly size: number;
  readonly spacing: number;
  readonly rows: MapLevel;
  readonly sources: MapLevel;
}

/**
 * Builds kernel maps, with two submits and one readback for all of them.
 *
 * @param owner takes the buffers of the maps; nothing is left in it where building fails.
 * @throws {RangeError} for a kernel size or dilation that is not a positive integer.
 * @throws {CapacityError} where rows, offsets or pairs are too many for an entry or for the adapter.
 */
export async function buildKernelMaps(
  gpu: Gpu,
  owner: DisposableStack,
  requests: readonly MapRequest[],
): Promise<KernelMap[]> {
  const lists: ListRequest[] = [];
  for (const { kernelSize: size, dilation, from, to } of requests) {
    const spacing = mapSpacing(size, dilation, from);
    lists.push({ size, spacing, rows: to, sources: from });
    if (!isMirrored(size, from, to)) {
      lists.push({ size, spacing: -spacing, rows: from, sources: to });
    }
  }
  using owned = new DisposableStack();
  const built = (await buildPairLists(gpu, owned, lists)).values();
  const maps = requests.map(({ kernelSize, from, to }): KernelMap => {
    const forward = built.next().value!;
    return {
      volume: kernelSize ** 3,
      inRows: from.count,
      outRows: to.count,
      forward,
      transposed: isMirrored(kernelSize, from, to)
        ? { ...forward, mirrored: true }
        : built.next().value!,
    };
  });
  owner.use(owned.move());
  return maps;
}

/** Whether offset k of the transposed list is offset volume - 1 - k of the forward list. */
function isMirrored(kernelSize: number, from: MapLevel, to: MapLevel): boolean {
  return from.stride === to.stride && kernelSize % 2 === 1;
}

/** Distance between neighbouring offsets, in input units. */
function mapSpacing(kernelSize: number, dilation: number, from: MapLevel): number {
  for (const [name, value] of [["kernel size", kernelSize], ["dilation", dilation]] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(
        `Cannot build a kernel map: the ${name} must be a positive integer, got ${value}`,
      );
    }
  }
  const spacing = dilation * from.stride;
  if (spacing * kernelSize >= 2 ** 31) {
    throw new RangeError(
      `Cannot build a kernel map: size ${kernelSize}, dilation ${dilation} at stride ${from.stride} ` +
        "reaches beyond int32 coordinates",
    );
  }
  return spacing;
}

async function buildPairLists(
  gpu: Gpu,
  owned: DisposableStack,
  lists: readonly ListRequest[],
): Promise<PairList[]> {
  using scratch = new DisposableStack();
  const totals = scratch.use(gpu.buffer("pair totals", lists.length * 4));
  const counting: Launch[] = [];
  const prepared = lists.map((list, index) => {
    const { size, spacing, rows, sources } = list;
    const volume = size ** 3;
    const tiles = Math.ceil(rows.count / TILE_ROWS);
    checkRows(list);
    checkBinding(gpu, list, volume * tiles * 8);
    const found = owned.use(gpu.buffer("pairs found", volume * tiles * 8));
    const offsets = owned.use(gpu.buffer("pair offsets", (volume * tiles + 1) * 4));
    const params = {
      volume,
      tiles,
      rows: rows.count,
      size,
      centre: size % 2 === 1 ? (size - 1) / 2 : 0,
      spacing,
      mask: sources.table.mask,
      stride: sources.stride,
    };
    const coordinates = [rows.table.coords, sources.table.coords, sources.table.slots];
    counting.push(
      launch(kernelMapCount, {
        params,
        bindings: [...coordinates, found, offsets],
        workgroups: groupsOf64(volume * tiles + 1),
      }),
      ...prefixSum(gpu, scratch, offsets, volume * tiles + 1, { buffer: totals, index }),
    );
    return { list, params, coordinates, found, offsets };
  });
  gpu.run(counting, "count pairs");
  const pairs = await gpu.read(totals, Uint32Array, lists.length);

  const filling: Launch[] = [];
  const built = prepared.map(({ list, params, coordinates, found, offsets }, index): PairList => {
    const { volume, tiles } = params;
    const total = pairs[index]!;
    checkBinding(gpu, list, total * 4);
    const entries = owned.use(gpu.buffer("pairs", total * 4));
    filling.push(launch(kernelMapFill, {
      params,
      bindings: [...coordinates, found, offsets, entries],
      workgroups: groupsOf64(volume * tiles),
    }));
    return { rows: list.rows.count, tiles, mirrored: false, pairs: total, entries, offsets, found };
  });
  gpu.run(filling, "fill pairs");
  return built;
}

function checkRows({ size, rows, sources }: ListRequest): void {
  const most = Math.max(rows.count, sources.count);
  if (most > MAX_ROWS) {
    throw new CapacityError(
      `Cannot build a kernel map: ${most} rows are more than ${MAX_ROWS}; use larger voxels`,
    );
  }
  if (size ** 3 * rows.count >= 2 ** 32) {
    throw new CapacityError(
      `Cannot build a kernel map: ${
        size ** 3
      } offsets of ${rows.count} rows may give 2^32 pairs; ` +
        "use larger voxels",
    );
  }
}

function checkBinding(gpu: Gpu, { size, rows }: ListRequest, bytes: number): void {
  const limit = gpu.limits.maxStorageBufferBindingSize;
  if (bytes > limit) {
    throw new CapacityError(
      `Cannot build a kernel map of size ${size} over ${rows.count} rows: it takes ${bytes} bytes, ` +
        `the adapter's maxStorageBufferBindingSize is ${limit}; use larger voxels`,
    );
  }
}

/**
 * The offsets of a kernel, in order: x fastest; odd sizes centred, even ones from 0.
 *
 * @param spacing dilation times the finer tensor stride.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(kernelOffsets(3, 1).length, 27);
 * assert.deepEqual(kernelOffsets(3, 2).slice(0, 3), [[-2, -2, -2], [0, -2, -2], [2, -2, -2]]);
 * assert.deepEqual(kernelOffsets(2, 1).slice(0, 2), [[0, 0, 0], [1, 0, 0]]);
 * ```
 */
export function kernelOffsets(kernelSize: number, spacing: number): [number, number, number][] {
  const centre = kernelSize % 2 === 1 ? (kernelSize - 1) / 2 : 0;
  const axis = Array.from({ length: kernelSize }, (_, i) => (i - centre) * spacing);
  return axis.flatMap((z) =>
    axis.flatMap((y) => axis.map((x): [number, number, number] => [x, y, z]))
  );
}

/**
 * Reference of one {@link PairList}.
 *
 * @param coords of the output rows, four words for each.
 * @param sources rows by coordinate.
 * @param offsets those of {@link kernelOffsets}, negated for the transposed list.
 */
export function pairListReference(
  coords: Int32Array,
  sources: CoordinateIndex,
  offsets: readonly (readonly [number, number, number])[],
): { entries: Uint32Array; offsets: Uint32Array; found: Uint32Array } {
  const rows = coords.length / 4;
  const entries: number[] = [];
  const starts = [0];
  const found: number[] = [];
  for (const [dx, dy, dz] of offsets) {
    for (let tile = 0; tile * TILE_ROWS < rows; tile++) {
      const end = Math.min(rows, (tile + 1) * TILE_ROWS);
      const bits = [0, 0];
      for (let row = tile * TILE_ROWS; row < end; row++) {
        const source = sources.get(
          coordinateKey(
            coords[4 * row]! + dx,
            coords[4 * row + 1]! + dy,
            coords[4 * row + 2]! + dz,
          ),
        );
        if (source === undefined) continue;
        entries.push((source * TILE_ROWS + row % TILE_ROWS) >>> 0);
        bits[row % TILE_ROWS >> 5]! |= 1 << row;
      }
      found.push(...bits);
      starts.push(entries.length);
    }
  }
  return {
    entries: Uint32Array.from(entries),
    offsets: Uint32Array.from(starts),
    found: Uint32Array.from(found),
  };
}
