/**
 * Gives every tensor of a graph a place in a few large buffers (arenas). Two tensors may share bytes where their
 * lifetimes do not overlap. A tensor that a launch writes never shares an arena with one that the same launch reads,
 * because WebGPU refuses one buffer under both usages in one dispatch, whatever the ranges.
 *
 * Tensors are placed one by one, each at the lowest fitting offset in the arena that grows least. Several orders are
 * tried and the best result is kept (Pisarchyk & Lee 2020, "Efficient memory management for deep neural net inference",
 * compare greedy by size with others; which order wins differs by network and by step).
 *
 * @module
 */
import { CapacityError, type Launch } from "../gpu/mod.ts";
import type { Tensor } from "./tensor.ts";

/** Where a tensor lies. */
export interface Placement {
  /** Index of the arena. */
  readonly arena: number;
  /** Bytes from the arena's start, a multiple of 256. */
  readonly offset: number;
  /** Bytes, a multiple of 256. */
  readonly size: number;
}

/** Where all planned tensors lie, and how large each arena has to be. */
export interface MemoryLayout {
  /** Where each planned tensor lies. */
  readonly places: Map<Tensor, Placement>;
  /** Bytes of each arena. */
  readonly arenas: readonly number[];
  /** Bytes of all arenas together. */
  readonly bytes: number;
  /** The most bytes that are live at once: no layout needs less. */
  readonly liveBytes: number;
}

interface Life {
  tensor: Tensor;
  first: number;
  last: number;
  size: number;
}

const ALIGNMENT = 256;

/** Tensors this many times smaller than the largest are placed last. */
const SMALL = 16;

/** Tensors that may not share an arena: one launch reads the one and writes the other. */
type Conflicts = ReadonlyMap<Tensor, ReadonlySet<Tensor>>;

/**
 * Orders in which tensors are placed: the largest first, in the order of the launches, in reverse, or those first that
 * hold the most bytes for the most launches.
 */
const ORDERS: readonly ((a: Life, b: Life) => number)[] = [
  (a, b) => b.size - a.size || a.first - b.first,
  (a, b) => b.size - a.size || b.last - a.last,
  (a, b) => a.first - b.first || b.size - a.size,
  (a, b) => b.last - a.last || b.size - a.size,
  (a, b) => b.size * (b.last - b.first) - a.size * (a.last - a.first) || a.first - b.first,
];

/**
 * Plans the tensors of `launches` that have no binding of their own.
 *
 * @param kept tensors that must outlive the last launch (results that are read back).
 * @param maxBinding the device's largest binding in bytes.
 * @param maxArena the device's largest buffer in bytes.
 * @throws {CapacityError} where a single tensor is larger than a binding.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SOFTWARE_SETTING } from "../gpu/mod.ts";
 * import { Graph } from "./graph.ts";
 * import { gelu } from "./ops/gelu.ts";
 *
 * const graph = new Graph(SOFTWARE_SETTING);
 * const x = graph.tensor("x", 64, 4);
 * const y = gelu(graph, gelu(graph, gelu(graph, x)));
 * const { arenas, liveBytes } = planTensors(graph.launches, new Set([y]), 2 ** 27, 2 ** 31);
 * // Four tensors of 1 KiB: two are live at once, and they alternate between two arenas.
 * assert.deepEqual(arenas, [1024, 1024]);
 * assert.equal(liveBytes, 2048);
 * ```
 */
export function planTensors(
  launches: readonly Launch<Tensor>[],
  kept: ReadonlySet<Tensor>,
  maxBinding: number,
  maxArena: number,
): MemoryLayout {
  const lives = new Map<Tensor, Life>();
  const conflicts = new Map<Tensor, Set<Tensor>>();
  launches.forEach((launch, step) => {
    launch.bindings.forEach((tensor, i) => {
      if (tensor.binding) return;
      const size = Math.max(1, Math.ceil(tensor.bytes / ALIGNMENT)) * ALIGNMENT;
      if (size > maxBinding) {
        throw new CapacityError(
          `Cannot bind "${tensor.label}" of ${size} bytes: the adapter allows ${maxBinding}; ` +
            "use larger voxels or cut the scan",
        );
      }
      const life = lives.get(tensor);
      if (life) life.last = step;
      else lives.set(tensor, { tensor, first: step, last: step, size });
      if (launch.kernel.bindings[i] !== "write") return;
      launch.bindings.forEach((other, j) => {
        if (other.binding || other === tensor || launch.kernel.bindings[j] === "write") return;
        link(conflicts, tensor, other);
        link(conflicts, other, tensor);
      });
    });
  });
  for (const tensor of kept) {
    const life = lives.get(tensor);
    if (life) life.last = launches.length;
  }

  const all = [...lives.values()];
  const liveBytes = mostLive(all);
  const largest = all.reduce((most, { size }) => Math.max(most, size), 0);
  const isSmall = ({ size }: Life) => size * SMALL < largest;
  let best: Omit<MemoryLayout, "liveBytes"> | null = null;
  for (const order of ORDERS) {
    // Where a small tensor lies first it can keep a large one out of an arena.
    const ordered = all.toSorted((a, b) => Number(isSmall(a)) - Number(isSmall(b)) || order(a, b));
    const packed = pack(ordered, conflicts, maxArena);
    if (!best || packed.bytes < best.bytes) best = packed;
    if (best.bytes === liveBytes) break;
  }
  return { ...best!, liveBytes };
}

/** Places tensors one by one in this order. */
function pack(
  order: readonly Life[],
  conflicts: Conflicts,
  maxArena: number,
): Omit<MemoryLayout, "liveBytes"> {
  const places = new Map<Tensor, Placement>();
  const arenas: { placed: (Life & Placement)[]; size: number }[] = [];
  for (const life of order) {
    const barred = new Set<number>();
    for (const other of conflicts.get(life.tensor) ?? []) {
      const place = places.get(other);
      if (place) barred.add(place.arena);
    }
    let best: { arena: number; offset: number; growth: number } | null = null;
    arenas.forEach((arena, index) => {
      if (barred.has(index)) return;
      const offset = lowestOffset(arena.placed, life);
      const growth = Math.max(0, offset + life.size - arena.size);
      if (arena.size + growth > maxArena) return;
      if (!best || growth < best.growth) best = { arena: index, offset, growth };
    });
    const chosen = best ?? { arena: arenas.push({ placed: [], size: 0 }) - 1, offset: 0 };
    const place = { arena: chosen.arena, offset: chosen.offset, size: life.size };
    places.set(life.tensor, place);
    const arena = arenas[chosen.arena]!;
    arena.placed.push({ ...life, ...place });
    arena.size = Math.max(arena.size, place.offset + place.size);
  }
  return {
    places,
    arenas: arenas.map((arena) => arena.size),
    bytes: arenas.reduce((sum, arena) => sum + arena.size, 0),
  };
}

function link(graph: Map<Tensor, Set<Tensor>>, from: Tensor, to: Tensor): void {
  const known = graph.get(from);
  if (known) known.add(to);
  else graph.set(from, new Set([to]));
}

/** The lowest offset at which `life` overlaps no tensor that is live at the same time. */
function lowestOffset(placed: readonly (Life & Placement)[], life: Life): number {
  const alive = placed
    .filter((other) => other.first <= life.last && life.first <= other.last)
    .sort((a, b) => a.offset - b.offset);
  let offset = 0;
  for (const other of alive) {
    if (other.offset >= offset + life.size) break;
    offset = Math.max(offset, other.offset + other.size);
  }
  return offset;
}

function mostLive(lives: readonly Life[]): number {
  const changes = new Map<number, number>();
  for (const { first, last, size } of lives) {
    changes.set(first, (changes.get(first) ?? 0) + size);
    changes.set(last + 1, (changes.get(last + 1) ?? 0) - size);
  }
  let live = 0;
  let most = 0;
  for (const step of [...changes.keys()].sort((a, b) => a - b)) {
    live += changes.get(step)!;
    most = Math.max(most, live);
  }
  return most;
}
