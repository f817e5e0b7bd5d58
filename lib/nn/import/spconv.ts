/**
 * Checkpoints of spconv: [Cout, k0, k1, k2, Cin] (KRSC) since 2.2, RSKC and RSCK before, the last axis of the
 * kernel fastest (`spconv/pytorch/conv.py`; Pointcept's axes are x, y, z). A 1x1x1 convolution computes
 * `features @ weight.view(Cin, Cout)` whatever its weight's shape says: the numbers are read in the order in
 * which they stand, not transposed.
 */
import type { KernelShape } from "../packing.ts";
import { type CheckpointFormat, type KernelLayout, kernelSizes } from "./format.ts";

type Sizes = ReturnType<typeof kernelSizes>;

function layout(
  shape: (sizes: Sizes) => number[],
  /** Distances between neighbours along outputs, offsets and inputs. */
  strides: (sizes: Sizes) => { output: number; offset: number; input: number },
): KernelLayout {
  return {
    shapes: (kernel) => [shape(kernelSizes(kernel))],
    toMinkowski: (data, kernel) => permuted(data, kernel, strides(kernelSizes(kernel))),
  };
}

function permuted(
  data: Float32Array,
  kernel: KernelShape,
  strides: { output: number; offset: number; input: number },
): Float32Array {
  const { edge, cin, cout } = kernelSizes(kernel);
  if (edge === 1) return data;
  const result = new Float32Array(data.length);
  let to = 0;
  for (let z = 0; z < edge; z++) {
    for (let y = 0; y < edge; y++) {
      for (let x = 0; x < edge; x++) {
        const offset = ((x * edge + y) * edge + z) * strides.offset;
        for (let i = 0; i < cin; i++) {
          for (let o = 0; o < cout; o++) {
            result[to++] = data[offset + i * strides.input + o * strides.output]!;
          }
        }
      }
    }
  }
  return result;
}

export const spconv: CheckpointFormat = {
  kernelKey: "weight",
  layouts: {
    KRSC: layout(
      ({ edge, cin, cout }) => [cout, edge, edge, edge, cin],
      ({ edge, cin }) => ({ output: edge ** 3 * cin, offset: cin, input: 1 }),
    ),
    RSKC: layout(
      ({ edge, cin, cout }) => [edge, edge, edge, cout, cin],
      ({ cin, cout }) => ({ output: cin, offset: cin * cout, input: 1 }),
    ),
    RSCK: layout(
      ({ edge, cin, cout }) => [edge, edge, edge, cin, cout],
      ({ cin, cout }) => ({ output: 1, offset: cin * cout, input: cout }),
    ),
  },
};
