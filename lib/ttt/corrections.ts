/**
 * Corrections: classes that a person has given to single points. They are the only labels that a method sees, and it
 * sees them because they were given for it.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { Tensor } from "../graph/tensor.ts";

/** The label of what nobody has corrected. */
export const UNCORRECTED = 255;

/** Corrections of earlier scans of a session, the oldest first. */
export interface RememberedCorrections {
  /** Values of a description. */
  readonly width: number;
  /** f32 [corrections][width]: what the source weights made of each corrected voxel, of unit length. */
  readonly descriptions: Float32Array;
  /** [corrections]. */
  readonly classes: Uint8Array;
}

/**
 * Brings corrections of points to voxels.
 *
 * @param points class of every point, or {@link UNCORRECTED}
 * @param pointRow voxel of every point
 * @returns class of every voxel: the one that most of its corrected points have, of equals the smallest
 */
export function correctedVoxels(
  points: Uint8Array,
  pointRow: Uint32Array,
  voxels: number,
): Uint32Array {
  const votes = new Map<number, Map<number, number>>();
  for (const [point, label] of points.entries()) {
    if (label === UNCORRECTED) continue;
    const voxel = pointRow[point]!;
    const counts = votes.get(voxel) ?? new Map<number, number>();
    votes.set(voxel, counts.set(label, (counts.get(label) ?? 0) + 1));
  }
  const labels = new Uint32Array(voxels).fill(UNCORRECTED);
  for (const [voxel, counts] of votes) {
    const [first] = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
    labels[voxel] = first![0];
  }
  return labels;
}

/** The corrections of voxels as the cross-entropy takes them, u32 [voxels]; `owned` gets the buffer. */
export function correctionTensor(gpu: Gpu, labels: Uint32Array, owned: DisposableStack): Tensor {
  const binding = owned.use(gpu.zeros("corrections", labels.byteLength));
  gpu.write(binding, labels);
  return new Tensor("corrections", labels.length, 1, { binding });
}
