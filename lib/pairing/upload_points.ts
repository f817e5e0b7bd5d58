/**
 * The points of a whole scan on the GPU, for blocks of it.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { PointBuffer } from "./visibility_launches.ts";

/** Bytes that visibility binds for each point. */
const PROJECTED_BYTES = 16;

/**
 * Uploads a whole scan, in parts that the adapter can bind, so that its points occlude those of a block.
 *
 * @param positions [N][3], metres.
 * @param owned gets the buffers.
 */
export function uploadPoints(
  gpu: Gpu,
  positions: Float32Array,
  owned: DisposableStack,
): PointBuffer[] {
  const most = Math.floor(gpu.limits.maxStorageBufferBindingSize / PROJECTED_BYTES);
  const parts: PointBuffer[] = [];
  for (let first = 0; first < positions.length / 3; first += most) {
    const part = positions.subarray(3 * first, 3 * (first + most));
    parts.push({
      positions: owned.use(gpu.upload("scan", part as Float32Array<ArrayBuffer>)),
      points: part.length / 3,
    });
  }
  return parts;
}
