/**
 * A scan prepared for the student: points and voxels on the GPU, input features, and what the network needs of their places. What
 * depends on the scan but not on the weights is built here, once.
 *
 * @module
 */
import { CapacityError, type Gpu, type GpuBuffer } from "../gpu/mod.ts";
import type { PointRows } from "../graph/ops/gather.ts";
import { Tensor } from "../graph/tensor.ts";
import type { StudentCard } from "../nn/card.ts";
import { indexTensor } from "../nn/layers.ts";
import { BuiltStructure } from "../nn/scan_structure.ts";
import type { Student } from "../nn/student.ts";
import { averageRows, voxelize, type Voxels } from "../sparse/mod.ts";
import { pointFeatures } from "./input_features.ts";
import type { Points } from "./points.ts";

/** A scan on the GPU. Owns its buffers. */
export class SparseScan implements Disposable {
  /** The voxels. */
  readonly voxels: Voxels;
  /** f32 [3 * points]: x, y, z in metres, relative to the scan's origin. */
  readonly positions: GpuBuffer;
  /** Input features of the voxels, [voxels][input features]. */
  readonly features: Tensor;
  /** The voxel that each point lies in. */
  readonly pointRows: PointRows;
  /** What the student's network needs of the places of the voxels. */
  readonly structure: BuiltStructure;
  readonly #owned: DisposableStack;

  private constructor(fields: {
    voxels: Voxels;
    positions: GpuBuffer;
    features: Tensor;
    structure: BuiltStructure;
    owned: DisposableStack;
  }) {
    const { voxels } = fields;
    this.voxels = voxels;
    this.positions = fields.positions;
    this.features = fields.features;
    this.pointRows = {
      points: voxels.points,
      pointRow: indexTensor(voxels.pointRow),
      order: indexTensor(voxels.order),
      starts: indexTensor(voxels.starts),
    };
    this.structure = fields.structure;
    this.#owned = fields.owned;
  }

  /**
   * Uploads and voxelises a scan and builds what the student's network needs of it.
   *
   * @param channels names of the input features, as in the student's card.
   * @throws {CapacityError} where the scan is too large for the adapter.
   */
  static async build(
    gpu: Gpu,
    student: Student,
    channels: StudentCard["features"],
    points: Points,
    voxelSize: number,
  ): Promise<SparseScan> {
    using owned = new DisposableStack();
    const count = points.positions.length / 3;
    const positions = owned.use(gpu.upload("positions", points.positions));
    const voxels = owned.use(await voxelize(gpu, positions, count, voxelSize));
    await checkCrowding(gpu, voxels);
    const features = new Tensor("input features", voxels.count, channels.length, {
      binding: owned.use(
        gpu.buffer("input features", voxels.count * Math.ceil(channels.length / 4) * 16),
      ),
    });
    using raw = gpu.upload("point features", pointFeatures(points, channels));
    gpu.run([
      averageRows({
        x: raw,
        order: voxels.order,
        starts: voxels.starts,
        y: features.binding as GpuBuffer,
        rows: voxels.count,
        channels: channels.length,
      }),
    ]);
    const structure = owned.use(
      await BuiltStructure.build(gpu, student.network, voxels.coords, voxels.count),
    );
    return new SparseScan({ voxels, positions, features, structure, owned: owned.move() });
  }

  /** Frees the buffers. */
  destroy(): void {
    this.#owned.dispose();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/** Most points of one voxel that a kernel loops over: lavapipe silently ends a loop after 65,535 iterations. */
const MAX_POINTS_PER_VOXEL = 2 ** 15;

/** @throws {CapacityError} where a voxel holds more points than a kernel sums up. */
async function checkCrowding(gpu: Gpu, voxels: Voxels): Promise<void> {
  if (voxels.points <= MAX_POINTS_PER_VOXEL) return;
  const starts = await gpu.read(voxels.starts, Uint32Array, voxels.count + 1);
  const most = starts.reduce((max, start, row) => Math.max(max, start - (starts[row - 1] ?? 0)), 0);
  if (most > MAX_POINTS_PER_VOXEL) {
    throw new CapacityError(
      `Cannot voxelize: one voxel of ${voxels.size} m holds ${most} points, at most ` +
        `${MAX_POINTS_PER_VOXEL} can be; set a smaller voxelSize`,
    );
  }
}
