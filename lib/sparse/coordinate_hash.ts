/**
 * A hash table over int32 coordinates, built on the GPU. It stores row indices and compares coordinates. Of equal
 * coordinates the smallest row wins, so the result of a lookup does not depend on the order of threads. (The slot of a
 * row does depend on it, but nothing except the lookup reads slots.)
 *
 * @module
 */
import { hashInsert, hashMark, hashRows, hashSettle } from "../../kernels/sparse/records.ts";
import { type Gpu, type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";
import { prefixSum } from "./prefix_sum.ts";
import { fillWords, type WordPlace } from "./words.ts";

/** The value of a slot without a row, and the result of a lookup that finds nothing. */
export const EMPTY = 0xffffffff;

/** Distinct coordinates and the table that finds their rows. */
export interface CoordinateTable {
  /** vec4i (x, y, z, 0) for each row. */
  readonly coords: GpuBuffer;
  /** u32 [mask + 1]: a row of `coords`, or {@link EMPTY}. */
  readonly slots: GpuBuffer;
  readonly mask: number;
}

/**
 * Slots of a table for `rows` rows: a power of two, at least twice as many.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([0, 4, 5].map(tableSlots), [2, 8, 16]);
 * ```
 */
export function tableSlots(rows: number): number {
  let slots = 2;
  while (slots < 2 * rows) slots *= 2;
  return slots;
}

/**
 * Launches that find the distinct coordinates among `count` rows, each rounded down to a multiple of `stride`
 * (a power of two), in the order of their first rows.
 *
 * @param owner takes the table's slots.
 * @param scratch takes the table's coordinates, with room for `count` rows (copy those that exist), and the
 *   buffers needed between the launches; dispose of it once all are submitted.
 * @param coords vec4i [count]; the fourth component is ignored.
 * @param total receives the number of distinct coordinates.
 */
export function distinctCoordinates(
  gpu: Gpu,
  owner: DisposableStack,
  scratch: DisposableStack,
  coords: GpuBuffer,
  count: number,
  stride: number,
  total: WordPlace,
): { table: CoordinateTable; launches: Launch[] } {
  const capacity = tableSlots(count);
  const mask = capacity - 1;
  const slots = owner.use(gpu.buffer("hash slots", capacity * 4));
  const distinct = scratch.use(gpu.buffer("distinct coordinates", count * 16));
  const rank = scratch.use(gpu.buffer("hash ranks", count * 4));
  const launches: Launch[] = [
    fillWords(slots, capacity, EMPTY),
    launch(hashInsert, {
      params: { count, mask, stride },
      bindings: [coords, slots],
      workgroups: groupsOf64(count),
    }),
    fillWords(rank, count, 0),
    launch(hashMark, {
      params: { mask },
      bindings: [slots, rank],
      workgroups: groupsOf64(capacity),
    }),
    ...prefixSum(gpu, scratch, rank, count, total),
    launch(hashSettle, {
      params: { mask, stride },
      bindings: [coords, rank, slots, distinct],
      workgroups: groupsOf64(capacity),
    }),
  ];
  return { table: { coords: distinct, slots, mask }, launches };
}

/** The launch that writes the row of each of `count` coordinates into `rows` (u32), {@link EMPTY} for none. */
export function findRows(
  table: CoordinateTable,
  coords: GpuBuffer,
  count: number,
  rows: GpuBuffer,
): Launch {
  return launch(hashRows, {
    params: { count, mask: table.mask },
    bindings: [coords, table.coords, table.slots, rows],
    workgroups: groupsOf64(count),
  });
}

/** Rows by coordinate: a {@link CoordinateTable} on the host. */
export type CoordinateIndex = Map<string, number>;

/** The key of a coordinate in a {@link CoordinateIndex}. */
export function coordinateKey(x: number, y: number, z: number): string {
  return `${x},${y},${z}`;
}

/**
 * Reference of {@link distinctCoordinates}.
 *
 * @param coords four words for each row, as on the GPU.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const coords = Int32Array.of(5, 0, 0, 0, -1, 0, 0, 0, 4, 1, 1, 0);
 * const distinct = distinctCoordinatesReference(coords, 2);
 * assert.deepEqual([...distinct.coords], [4, 0, 0, 0, -2, 0, 0, 0]);
 * assert.equal(distinct.index.get(coordinateKey(-2, 0, 0)), 1);
 * ```
 */
export function distinctCoordinatesReference(
  coords: Int32Array,
  stride: number,
): { coords: Int32Array; index: CoordinateIndex } {
  const index: CoordinateIndex = new Map();
  const distinct: number[] = [];
  for (let i = 0; i < coords.length; i += 4) {
    const [x, y, z] = [0, 1, 2].map((axis) => Math.floor(coords[i + axis]! / stride) * stride) as [
      number,
      number,
      number,
    ];
    const key = coordinateKey(x, y, z);
    if (index.has(key)) continue;
    index.set(key, index.size);
    distinct.push(x, y, z, 0);
  }
  return { coords: Int32Array.from(distinct), index };
}
