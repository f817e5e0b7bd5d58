/**
 * From points to voxels, on the GPU: the voxel of each point, the distinct voxels in the order of their first points,
 * and the points of each voxel as a sorted list, so that sums over them have a fixed order.
 *
 * @module
 */
import { rowStarts, voxelCoordinates } from "../../kernels/sparse/records.ts";
import { CapacityError, type Gpu, type GpuBuffer, groupsOf64, launch } from "../gpu/mod.ts";
import {
  coordinateKey,
  distinctCoordinates,
  distinctCoordinatesReference,
  findRows,
} from "./coordinate_hash.ts";
import { sortPairs, sortPairsReference } from "./radix_sort.ts";
import { fillWords, numberWords } from "./words.ts";

/** The voxels of one scan. Owns its buffers. */
export class Voxels implements Disposable {
  /** Number of points. */
  readonly points: number;
  /** Number of voxels that hold a point. */
  readonly count: number;
  /** Edge of a voxel, metres. */
  readonly size: number;
  /** vec4i [count]: (x, y, z, 0), in the order of the voxels' first points. */
  readonly coords: GpuBuffer;
  /** u32 [points]: the voxel of each point. */
  readonly pointRow: GpuBuffer;
  /** u32 [points]: points sorted by voxel, within a voxel ascending. */
  readonly order: GpuBuffer;
  /** u32 [count + 1]: where each voxel's points begin in `order`. */
  readonly starts: GpuBuffer;

  /** Takes over the buffers. */
  constructor(fields: Omit<Voxels, "destroy" | typeof Symbol.dispose>) {
    this.points = fields.points;
    this.count = fields.count;
    this.size = fields.size;
    this.coords = fields.coords;
    this.pointRow = fields.pointRow;
    this.order = fields.order;
    this.starts = fields.starts;
  }

  /** Frees the buffers. */
  destroy(): void {
    for (const buffer of [this.coords, this.pointRow, this.order, this.starts]) buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/**
 * Groups points by voxel, floor(position / size). One readback.
 *
 * @param positions f32 [3 * points], metres.
 * @param voxelSize edge of a voxel, metres.
 * @throws {RangeError} where the voxel size is not positive.
 * @throws {CapacityError} where a point lies in no int32 voxel (NaN, infinite, too far).
 * @throws {TypeError} where `positions` is too short.
 */
export async function voxelize(
  gpu: Gpu,
  positions: GpuBuffer,
  points: number,
  voxelSize: number,
): Promise<Voxels> {
  const perMetre = voxelsPerMetre(voxelSize);
  if (positions.size < points * 12) {
    throw new TypeError(
      `Cannot voxelize ${points} points: "${positions.label}" holds ${positions.size} bytes, not ${
        points * 12
      }`,
    );
  }
  using owned = new DisposableStack();
  const pointRow = owned.use(gpu.buffer("point rows", points * 4));
  const order = owned.use(gpu.buffer("point order", points * 4));

  using scratch = new DisposableStack();
  const counts = scratch.use(gpu.buffer("voxel counts", 8));
  const pointCoords = scratch.use(gpu.buffer("point coordinates", points * 16));
  const found = distinctCoordinates(gpu, scratch, scratch, pointCoords, points, 1, {
    buffer: counts,
    index: 1,
  });
  gpu.run([
    fillWords(counts, 2, 0),
    launch(voxelCoordinates, {
      params: { count: points, perMetre },
      bindings: [positions, pointCoords, counts],
      workgroups: groupsOf64(points),
    }),
    ...found.launches,
    findRows(found.table, pointCoords, points, pointRow),
  ], "voxelize");
  const [outside, count] = await gpu.read(counts, Uint32Array, 2) as unknown as [number, number];
  if (outside > 0) {
    throw new CapacityError(
      `Cannot voxelize: ${outside} of ${points} points are not finite or lie beyond 2^31 voxels of ` +
        `${voxelSize} m; drop them, or shift the origin`,
    );
  }

  const coords = owned.use(gpu.buffer("voxel coordinates", count * 16));
  const starts = owned.use(gpu.buffer("voxel starts", (count + 1) * 4));
  const pointNumbers = scratch.use(gpu.buffer("point numbers", points * 4));
  const sortedRows = scratch.use(gpu.buffer("sorted point rows", points * 4));
  gpu.copy(found.table.coords, 0, coords, 0, count * 16);
  gpu.run([
    numberWords(pointNumbers, points),
    ...sortPairs(
      gpu,
      scratch,
      { keys: pointRow, values: pointNumbers },
      { keys: sortedRows, values: order },
      points,
      Math.ceil(Math.log2(Math.max(1, count))),
    ),
    launch(rowStarts, {
      params: { count: points, rows: count },
      bindings: [sortedRows, starts],
      workgroups: groupsOf64(points + 1),
    }),
  ], "sort points by voxel");
  owned.move();
  return new Voxels({ points, count, size: voxelSize, coords, pointRow, order, starts });
}

/** 1 / size as the float32 that positions are multiplied by. */
function voxelsPerMetre(voxelSize: number): number {
  const perMetre = Math.fround(1 / voxelSize);
  if (!(voxelSize > 0) || !Number.isFinite(perMetre) || perMetre === 0) {
    throw new RangeError(
      `Cannot voxelize: the voxel size must be a positive number of metres, got ${voxelSize}`,
    );
  }
  return perMetre;
}

/**
 * Reference of {@link voxelize}; coordinates are four words for each voxel.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const positions = Float32Array.of(0.06, 0, 0, -0.01, 0, 0, 0.07, 0.04, 0.01);
 * const { coords, pointRow, order, starts } = voxelizeReference(positions, 0.05);
 * assert.deepEqual([...coords], [1, 0, 0, 0, -1, 0, 0, 0]);
 * assert.deepEqual([...pointRow], [0, 1, 0]);
 * // Voxel 0 holds points 0 and 2, voxel 1 holds point 1.
 * assert.deepEqual([[...order], [...starts]], [[0, 2, 1], [0, 2, 3]]);
 * ```
 */
export function voxelizeReference(positions: Float32Array, voxelSize: number): {
  coords: Int32Array;
  pointRow: Uint32Array;
  order: Uint32Array;
  starts: Uint32Array;
} {
  const points = positions.length / 3;
  const perMetre = voxelsPerMetre(voxelSize);
  const pointCoords = new Int32Array(points * 4);
  for (let i = 0; i < points; i++) {
    for (let axis = 0; axis < 3; axis++) {
      pointCoords[4 * i + axis] = Math.floor(Math.fround(positions[3 * i + axis]! * perMetre));
    }
  }
  const { coords, index } = distinctCoordinatesReference(pointCoords, 1);
  const pointRow = Uint32Array.from(
    { length: points },
    (_, i) =>
      index.get(
        coordinateKey(pointCoords[4 * i]!, pointCoords[4 * i + 1]!, pointCoords[4 * i + 2]!),
      )!,
  );
  const order = sortPairsReference(pointRow, Uint32Array.from({ length: points }, (_, i) => i));
  const starts = new Uint32Array(index.size + 1);
  for (const row of pointRow) starts[row + 1]! += 1;
  for (let row = 0; row < index.size; row++) starts[row + 1]! += starts[row]!;
  return { coords, pointRow, order: order.values, starts };
}
