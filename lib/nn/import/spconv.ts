/**
 * Checkpoints of spconv: [Cout, k0, k1, k2, Cin] (KRSC) since 2.2, RSKC and RSCK before, with the last axis of the kernel
 * fastest (`spconv/pytorch/conv.py`; Pointcept's axes are x, y, z). A 1x1x1 convolution computes
 * `features @ weight.view(Cin, Cout)` whatever the shape of its weight is, so its values are taken in the order of the
 * file and not transposed.
 *
 * @module
 */
import type { KernelShape } from "../packing.ts";
import { type CheckpointFormat, type KernelLayout, kernelSizes } from "./format.ts";

type Sizes = ReturnType<typeof kernelSizes>;

/** Distances in the file between neighbours along outputs, offsets and inputs. */
interface Strides {
  output: number;
  offset: number;
  input: number;
}

function layout(
  shape: (sizes: Sizes) => number[],
  strides: (sizes: Sizes) => Strides,
): KernelLayout {
  return {
    shapes: (kernel) => [shape(kernelSizes(kernel))],
    toMinkowski(data, kernel) {
      const result = new Float32Array(data.length);
      forEachWeight(kernel, strides, (ours, there) => result[ours] = data[there]!);
      return result;
    },
    fromMinkowski(data, kernel) {
      const result = new Float32Array(data.length);
      forEachWeight(kernel, strides, (ours, there) => result[there] = data[ours]!);
      return result;
    },
  };
}

/** Calls `visit(place in MinkowskiEngine's layout, place in the file)` for every weight. */
function forEachWeight(
  kernel: KernelShape,
  stridesOf: (sizes: Sizes) => Strides,
  visit: (ours: number, there: number) => void,
): void {
  const sizes = kernelSizes(kernel);
  const { edge, cin, cout } = sizes;
  // The weights of one offset keep their order, see above.
  const strides = edge === 1 ? { output: 1, offset: 0, input: cout } : stridesOf(sizes);
  let ours = 0;
  for (let z = 0; z < edge; z++) {
    for (let y = 0; y < edge; y++) {
      for (let x = 0; x < edge; x++) {
        const offset = ((x * edge + y) * edge + z) * strides.offset;
        for (let i = 0; i < cin; i++) {
          for (let o = 0; o < cout; o++) {
            visit(ours++, offset + i * strides.input + o * strides.output);
          }
        }
      }
    }
  }
}

/** The format of spconv. */
export const spconv: CheckpointFormat = {
  kernelKey: "weight",
  biasIsRow: false,
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
