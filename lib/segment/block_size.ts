/**
 * How large the blocks of a large scan may be: as large as the steps of the method fit the adapter.
 *
 * @module
 */
import type { Gpu, KernelSetting } from "../gpu/mod.ts";
import type { Student } from "../nn/student.ts";
import type { MethodInfo } from "../ttt/methods/mod.ts";
import { largestBinding, type LayoutLimits, type StepKind } from "./step_footprint.ts";

/** The kind of step whose tensors decide the size of a method's blocks. */
export function stepKindOf(
  { lossName, usesPhotographs }: Pick<MethodInfo, "lossName" | "usesPhotographs">,
): StepKind {
  if (lossName === null) return "prediction";
  return usesPhotographs ? "adaptation" : "training";
}

/**
 * Finds the largest number of voxels, up to `most`, with which every tensor of a step fits the adapter's largest
 * binding and buffer. The worst case is assumed, scattered points: no level of the network has fewer voxels than
 * the finest.
 *
 * @returns 0 where not even one voxel fits.
 */
export function largestBlock(
  student: Student,
  step: StepKind,
  { maxStorageBufferBindingSize, maxBufferSize }: LayoutLimits,
  most: number,
  kernels?: KernelSetting,
): number {
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const levels = student.network.depth + 1;
  const fits = (voxels: number) =>
    largestBinding(student, step, new Array<number>(levels).fill(voxels), kernels) <= limit;
  if (fits(most)) return most;
  let [fitting, tooMany] = [0, most];
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (fits(middle)) fitting = middle;
    else tooMany = middle;
  }
  return fitting;
}

/** Bytes that building voxels and projecting points bind for each point. */
const POINT_BYTES = 16;

/**
 * Finds the largest number of points whose coordinates, input features and views fit the adapter's largest binding and
 * buffer. Of a dense scan a voxel holds many points.
 *
 * @param features input features of a point.
 * @param views that are paired with the scan.
 */
export function mostPoints(
  { maxStorageBufferBindingSize, maxBufferSize }: LayoutLimits,
  features: number,
  views: number,
): number {
  const limit = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  const words = [POINT_BYTES, 16 * Math.ceil(features / 4), 4 * Math.ceil(views / 32)];
  return Math.floor(limit / Math.max(...words));
}

/** What a {@link BlockSizer} needs of a device. */
export type BlockDevice = Pick<Gpu, "kernels"> & { readonly limits: LayoutLimits };

/** {@link largestBlock} for the methods of one student on one device, each kind of step computed once. */
export class BlockSizer {
  readonly #student: Student;
  readonly #device: BlockDevice;
  readonly #most: number;
  readonly #voxels = new Map<StepKind, number>();

  /** @param most voxels that a block never exceeds, whatever the adapter. */
  constructor(student: Student, device: BlockDevice, most: number) {
    this.#student = student;
    this.#device = device;
    this.#most = most;
  }

  /** Returns the most points of a block. @param views that are paired with it. */
  points(views: number): number {
    return mostPoints(this.#device.limits, this.#student.network.inChannels, views);
  }

  /** Returns the most voxels of a block for a method. */
  voxels(method: Pick<MethodInfo, "lossName" | "usesPhotographs">): number {
    const step = stepKindOf(method);
    let voxels = this.#voxels.get(step);
    if (voxels === undefined) {
      const { limits, kernels } = this.#device;
      voxels = largestBlock(this.#student, step, limits, this.#most, kernels);
      this.#voxels.set(step, voxels);
    }
    return voxels;
  }
}
