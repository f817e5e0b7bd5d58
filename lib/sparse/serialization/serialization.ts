/**
 * The stages of a point transformer over one scan, or over a batch of clouds: the voxels of each, how every serialization
 * order lines them up, and which voxels become one on the next stage. Everything runs on the GPU and gives the same bits
 * every time.
 *
 * @module
 */
import {
  apartCoordinates,
  coordinateBounds,
  curveCodes,
  markParents,
  sequence,
  settleParents,
  stageCoordinates,
} from "../../../kernels/serialization/records.ts";
import {
  CapacityError,
  type Gpu,
  type GpuBuffer,
  groupsOf64,
  type Launch,
  launch,
} from "../../gpu/mod.ts";
import { prefixSum } from "../prefix_sum.ts";
import { sortPairs } from "../radix_sort.ts";
import { composeIndices } from "../../../kernels/sparse/records.ts";
import { numberWords } from "../words.ts";
import { MAX_DEPTH, serializationDepth, type SerializationOrder } from "./curve.ts";

/**
 * Which voxels become one: those whose codes in the first order begin alike (PT-v3m1), or those whose halved coordinates are
 * equal, sorted by cloud, x, y, z and serialized anew with a depth of their own (PT-v3m2).
 */
export type ParentRule = "code" | "coordinates";

/** What a serialization depends on beside the voxels. */
export interface SerializationOptions {
  /** Orders of the first stage before any permutation. */
  readonly orders: readonly SerializationOrder[];
  /** For each pooling, how often coordinates are halved: 1 for a stride of 2. */
  readonly halvings: readonly number[];
  /** How parents are found. */
  readonly parents: ParentRule;
  /** Rows up to the end of each cloud; one cloud by default. Every cloud has a row. */
  readonly offset?: readonly number[];
  /**
   * For each stage, which order comes where: new order j is old order permutation[j]. With parents by code the old orders
   * are those of the stage before, with parents by coordinates those of {@link SerializationOptions.orders}. None by default.
   */
  readonly permutations?: readonly (readonly number[])[];
  /**
   * Where given, coordinates are counted from their least, rounded down to a multiple of this number; otherwise they are
   * taken as they are, and must not be negative.
   */
  readonly originGrid?: number;
}

/** One order of the voxels of a stage. */
export interface SerializedRows {
  /** Which order it is. */
  readonly name: SerializationOrder;
  /** u32 [count]: the lower words of the codes, by row. */
  readonly low: GpuBuffer;
  /** u32 [count]: the upper words. */
  readonly high: GpuBuffer;
  /** u32 [count]: rows sorted by code. */
  readonly order: GpuBuffer;
  /** u32 [count]: the position of each row in `order`. */
  readonly inverse: GpuBuffer;
  /** vec4i [count]: x, y, z and row of each position. */
  readonly sequence: GpuBuffer;
}

/** Which voxels of the finer stage became one. */
export interface StageChildren {
  /** Voxels of the finer stage. */
  readonly points: number;
  /** u32 [points]: the voxel of this stage that each falls into. */
  readonly pointRow: GpuBuffer;
  /** u32 [points]: voxels of the finer stage, sorted by that. */
  readonly order: GpuBuffer;
  /** u32 [count + 1]: where the children of each voxel begin in `order`. */
  readonly starts: GpuBuffer;
}

/** The voxels of one stage. */
export interface SerializedStage {
  /** Number of voxels. */
  readonly count: number;
  /** Bits of a coordinate in the codes. */
  readonly depth: number;
  /** Rows up to the end of each cloud. */
  readonly offset: readonly number[];
  /** vec4i [count]: x, y, z and cloud. */
  readonly coords: GpuBuffer;
  /** vec4i [count]: x, y, z and 0, with the clouds so far apart along x that no kernel map joins them. */
  readonly apart: GpuBuffer;
  /** The orders, permuted ones as they are then numbered. */
  readonly orders: readonly SerializedRows[];
  /** Where its voxels come from; null on the first stage. */
  readonly children: StageChildren | null;
}

/** How far clouds lie apart: more than coordinates of 16 bits and the widest kernel. */
const CLOUD_DISTANCE = 2 ** 17;

/** Clouds that a batch may have: their numbers fit above the codes, and their coordinates into 32 bits. */
const MAX_CLOUDS = 2 ** 13;

/** Curves as `curve_codes.wgsl` numbers them. */
const Z_ORDER = 0;
const HILBERT = 1;
const BY_COORDINATES = 2;

/** Codes by row and rows by code, before they belong to anything. */
type SortedCodes = Pick<SerializedRows, "low" | "high" | "order">;

/** The stages of one scan. Owns their buffers. */
export class Serialization implements Disposable {
  /** The stages, the finest first: one more than there are poolings. */
  readonly stages: readonly SerializedStage[];
  readonly #owned: DisposableStack;

  private constructor(stages: readonly SerializedStage[], owned: DisposableStack) {
    this.stages = stages;
    this.#owned = owned;
  }

  /**
   * Serializes voxels, and those of all coarser stages. One readback, and one for each pooling. `coords` is copied.
   *
   * @param coords vec4i [count], distinct within each cloud; the fourth component is ignored.
   * @throws {RangeError} for negative coordinates, and for options that do not fit together.
   * @throws {CapacityError} for coordinates of more than {@link MAX_DEPTH} bits.
   */
  static async build(
    gpu: Gpu,
    coords: GpuBuffer,
    count: number,
    options: SerializationOptions,
  ): Promise<Serialization> {
    const { orders, halvings, parents, offset = [count], permutations } = options;
    checkOptions(count, options);
    const { origin, largest } = await placement(gpu, coords, count, options.originGrid);
    using owned = new DisposableStack();
    const first = owned.use(gpu.buffer("stage coordinates", count * 16));
    {
      using scratch = new DisposableStack();
      const [x, y, z] = origin;
      const ends = scratch.use(gpu.upload("ends of clouds", Uint32Array.from(offset)));
      gpu.run([launch(stageCoordinates, {
        params: { count, x, y, z },
        bindings: [coords, ends, first],
        workgroups: groupsOf64(count),
      })], "stage coordinates");
    }
    const permuted = (names: readonly SerializationOrder[], stage: number) =>
      permutations?.[stage]?.map((old) => names[old]!) ?? names;
    let names = permuted(orders, 0);
    const depth = serializationDepth(largest);
    const stages = [
      serialized(gpu, owned, { count, depth, offset, coords: first, children: null }, names),
    ];
    let halved = largest;
    for (const [i, wanted] of halvings.entries()) {
      const finer = stages[i]!;
      // As in the original: a pooling that would halve more often than there are bits merges nothing.
      const halving = parents === "code" && wanted > finer.depth ? 0 : wanted;
      halved >>= halving;
      names = permuted(parents === "code" ? names : orders, i + 1);
      const depth = parents === "code" ? finer.depth - halving : serializationDepth(halved);
      const coarser = await coarserStage(gpu, owned, finer, halving, parents);
      stages.push(serialized(gpu, owned, { ...coarser, depth }, names));
    }
    return new Serialization(stages, owned.move());
  }

  /** Frees all stages. */
  destroy(): void {
    this.#owned.dispose();
  }

  /** Calls `destroy()`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** The origin that coordinates are counted from, and the largest of them. */
async function placement(
  gpu: Gpu,
  coords: GpuBuffer,
  count: number,
  originGrid: number | undefined,
): Promise<{ origin: [number, number, number]; largest: number }> {
  using scratch = new DisposableStack();
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
  const bounds = scratch.use(
    gpu.upload("coordinate bounds", Int32Array.of(most, most, most, least, least, least)),
  );
  gpu.run([launch(coordinateBounds, {
    params: { count },
    bindings: [coords, bounds],
    workgroups: groupsOf64(count),
  })], "coordinate bounds");
  const found = await gpu.read(bounds, Int32Array, 6);
  const origin = [...found.subarray(0, 3)].map((smallest) =>
    originGrid === undefined ? 0 : Math.floor(smallest / originGrid) * originGrid
  ) as [number, number, number];
  const smallest = Math.min(...found.subarray(0, 3).map((value, axis) => value - origin[axis]!));
  const largest = Math.max(...[...found.subarray(3)].map((value, axis) => value - origin[axis]!));
  if (smallest < 0) {
    throw new RangeError(
      `Cannot serialize voxels with coordinates from ${smallest}: count them from their least`,
    );
  }
  if (largest > 2 ** MAX_DEPTH - 2) {
    throw new CapacityError(
      `Cannot serialize voxels up to ${largest} from the corner of their box: a point transformer knows ` +
        `${2 ** MAX_DEPTH - 1} along each axis; use larger voxels`,
    );
  }
  return { origin, largest };
}

function checkOptions(
  count: number,
  { orders, halvings, offset = [count], permutations, originGrid = 1 }: SerializationOptions,
): void {
  const fail = (why: string): never => {
    throw new RangeError(`Cannot serialize ${count} voxels: ${why}`);
  };
  if (orders.length === 0) fail("there is no order to line them up in");
  if (offset.at(-1) !== count || offset.length > MAX_CLOUDS) {
    fail(
      `the last of at most ${MAX_CLOUDS} clouds must end at row ${count}, got ends at ${offset}`,
    );
  }
  if (offset.some((end, i) => !(end > (offset[i - 1] ?? 0)))) fail(`a cloud is empty: ${offset}`);
  if (halvings.some((times) => !Number.isInteger(times) || times < 0 || times > MAX_DEPTH)) {
    fail(`coordinates are halved 0 to ${MAX_DEPTH} times for a pooling, got ${halvings}`);
  }
  if (!Number.isInteger(originGrid) || originGrid < 1) {
    fail(`the grid of the origin must be a positive integer, got ${originGrid}`);
  }
  if (permutations && permutations.length !== halvings.length + 1) {
    fail(`${permutations.length} permutations for ${halvings.length + 1} stages`);
  }
  for (const permutation of permutations ?? []) {
    const sorted = permutation.toSorted((a, b) => a - b);
    if (sorted.length !== orders.length || sorted.some((old, i) => old !== i)) {
      fail(`${permutation} is no permutation of ${orders.length} orders`);
    }
  }
}

/** A stage in all orders. */
function serialized(
  gpu: Gpu,
  owned: DisposableStack,
  stage: Omit<SerializedStage, "apart" | "orders">,
  names: readonly SerializationOrder[],
): SerializedStage {
  const { count, coords, offset } = stage;
  using scratch = new DisposableStack();
  const launches: Launch[] = [];
  // Equal names are one order, however often a network lists it.
  const byName = new Map<SerializationOrder, SerializedRows>();
  for (const name of names) {
    if (byName.has(name)) continue;
    const sorted = sortByCode(gpu, owned, owned, scratch, stage, {
      curve: name.startsWith("hilbert") ? HILBERT : Z_ORDER,
      transposed: Number(name.endsWith("-trans")),
      shift: 0,
    });
    const rows: SerializedRows = {
      name,
      ...sorted.codes,
      inverse: owned.use(gpu.buffer(`${name} inverse`, count * 4)),
      sequence: owned.use(gpu.buffer(`${name} sequence`, count * 16)),
    };
    launches.push(
      ...sorted.launches,
      launch(sequence, {
        params: { count },
        bindings: [rows.order, coords, rows.inverse, rows.sequence],
        workgroups: groupsOf64(count),
      }),
    );
    byName.set(name, rows);
  }
  let apart = coords;
  if (offset.length > 1) {
    apart = owned.use(gpu.buffer("coordinates apart", count * 16));
    launches.push(launch(apartCoordinates, {
      params: { count, distance: CLOUD_DISTANCE },
      bindings: [coords, apart],
      workgroups: groupsOf64(count),
    }));
  }
  gpu.run(launches, "serialization");
  return { ...stage, apart, orders: names.map((name) => byName.get(name)!) };
}

/**
 * Launches that give every row its code on a curve, and sort the rows by it.
 *
 * @param codesOwner takes the codes.
 * @param orderOwner takes the sorted rows.
 */
function sortByCode(
  gpu: Gpu,
  codesOwner: DisposableStack,
  orderOwner: DisposableStack,
  scratch: DisposableStack,
  { count, depth, offset, coords }: Pick<SerializedStage, "count" | "depth" | "offset" | "coords">,
  curve: { curve: number; transposed: number; shift: number },
): { codes: SortedCodes; launches: Launch[] } {
  const words = (label: string, owner: DisposableStack) => owner.use(gpu.buffer(label, count * 4));
  const codes: SortedCodes = {
    low: words("codes", codesOwner),
    high: words("upper codes", codesOwner),
    order: words("serialization order", orderOwner),
  };
  const rows = words("row numbers", scratch);
  const keys = words("sorted codes", scratch);
  const bits = 3 * depth + Math.ceil(Math.log2(offset.length));
  const launches: Launch[] = [
    launch(curveCodes, {
      params: { count, depth, ...curve },
      bindings: [coords, codes.low, codes.high],
      workgroups: groupsOf64(count),
    }),
    numberWords(rows, count),
  ];
  const sort = (from: { keys: GpuBuffer; values: GpuBuffer }, to: GpuBuffer, bits: number) =>
    launches.push(...sortPairs(gpu, scratch, from, { keys, values: to }, count, bits));
  if (bits <= 32) {
    sort({ keys: codes.low, values: rows }, codes.order, bits);
    return { codes, launches };
  }
  // The sort is stable: rows sorted by the lower word keep that order where upper words are equal.
  const byLow = words("rows by lower word", scratch);
  const highByLow = words("upper words by lower word", scratch);
  sort({ keys: codes.low, values: rows }, byLow, 32);
  launches.push(launch(composeIndices, {
    params: { count },
    bindings: [codes.high, byLow, highByLow],
    workgroups: groupsOf64(count),
  }));
  sort({ keys: highByLow, values: byLow }, codes.order, bits - 32);
  return { codes, launches };
}

/** The voxels that those of a stage fall into. */
async function coarserStage(
  gpu: Gpu,
  owned: DisposableStack,
  finer: SerializedStage,
  halving: number,
  rule: ParentRule,
): Promise<Pick<SerializedStage, "count" | "offset" | "coords" | "children">> {
  const { count: points, coords } = finer;
  using scratch = new DisposableStack();
  const before = scratch.use(gpu.buffer("parents before", (points + 1) * 4));
  const roomyStarts = scratch.use(gpu.buffer("children", (points + 1) * 4));
  const roomyCoords = scratch.use(gpu.buffer("coarser coordinates", points * 16));
  const pointRow = owned.use(gpu.buffer("parents", points * 4));
  const sorted = rule === "code"
    ? { codes: finer.orders[0]!, launches: [] }
    : sortByCode(gpu, scratch, owned, scratch, finer, {
      curve: BY_COORDINATES,
      transposed: 0,
      shift: halving,
    });
  const { low, high, order } = sorted.codes;
  gpu.run([
    ...sorted.launches,
    launch(markParents, {
      params: { count: points, shift: rule === "code" ? 3 * halving : 0 },
      bindings: [order, low, high, before],
      workgroups: groupsOf64(points + 1),
    }),
    ...prefixSum(gpu, scratch, before, points + 1),
    launch(settleParents, {
      params: { count: points, shift: halving },
      bindings: [order, before, coords, pointRow, roomyStarts, roomyCoords],
      workgroups: groupsOf64(points + 1),
    }),
  ], "parents");
  const offset = await Promise.all(
    finer.offset.map(async (end) => (await gpu.read(before, Uint32Array, 1, end * 4))[0]!),
  );
  const count = offset.at(-1)!;
  const starts = owned.use(gpu.buffer("children", (count + 1) * 4));
  const coarser = owned.use(gpu.buffer("stage coordinates", count * 16));
  gpu.copy(roomyStarts, 0, starts, 0, starts.size);
  gpu.copy(roomyCoords, 0, coarser, 0, coarser.size);
  return { count, offset, coords: coarser, children: { points, pointRow, order, starts } };
}
