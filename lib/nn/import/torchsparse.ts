/**
 * Checkpoints of torchsparse 2.1. The layout is MinkowskiEngine's, except that the offsets of kernels of even volume are
 * ordered with z fastest (`torchsparse/nn/utils/kernel.py`).
 *
 * @module
 */
import type { KernelShape } from "../packing.ts";
import { type CheckpointFormat, kernelSizes, offsetFirstShapes } from "./format.ts";

/** The format of torchsparse. */
export const torchsparse: CheckpointFormat = {
  kernelKey: "kernel",
  biasIsRow: false,
  layouts: {
    KCC: {
      shapes: offsetFirstShapes,
      toMinkowski: reordered,
      fromMinkowski: reordered,
    },
  },
};

/** Exchanges x and z in the order of a kernel's offsets, where its volume is even: its own inverse. */
function reordered(data: Float32Array, kernel: KernelShape): Float32Array {
  const { edge, cin, cout } = kernelSizes(kernel);
  if (edge % 2 === 1) return data;
  const result = new Float32Array(data.length);
  const size = cin * cout;
  for (let k = 0; k < edge ** 3; k++) {
    const [x, y, z] = [k % edge, Math.floor(k / edge) % edge, Math.floor(k / edge ** 2)];
    const from = (x! * edge + y!) * edge + z!;
    result.set(data.subarray(from * size, (from + 1) * size), k * size);
  }
  return result;
}
