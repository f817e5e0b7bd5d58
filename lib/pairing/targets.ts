/**
 * The targets of a student on the GPU.
 *
 * @module
 */
import type { GpuBuffer } from "../gpu/mod.ts";

/** The features that a student's features are drawn towards, one row for each voxel. Targets own their buffers. */
export class Targets implements Disposable {
  /** Width of the teacher's features, D. */
  readonly channels: number;
  /** Number of voxels. */
  readonly rows: number;
  /** f32 or, if `half`, f16 [rows][D padded to 4]; zero in the padding and in rows without a target. */
  readonly values: GpuBuffer;
  /** Whether values are float16: two in a word, the first one in the low bits. */
  readonly half: boolean;
  /** f32 [rows]: 1 where the voxel has a target, else 0. */
  readonly weight: GpuBuffer;
  /** Number of points that at least one view sees. */
  readonly pointsSeen: number;
  /** Number of voxels that have a target. */
  readonly voxelsSeen: number;

  /** Takes over both buffers. */
  constructor(fields: Omit<Targets, "destroy" | typeof Symbol.dispose>) {
    this.channels = fields.channels;
    this.rows = fields.rows;
    this.values = fields.values;
    this.half = fields.half;
    this.weight = fields.weight;
    this.pointsSeen = fields.pointsSeen;
    this.voxelsSeen = fields.voxelsSeen;
  }

  /** Frees the buffers. */
  destroy(): void {
    this.values.destroy();
    this.weight.destroy();
  }

  /** Frees the buffers, for `using`. */
  [Symbol.dispose](): void {
    this.destroy();
  }
}
