/**
 * A placebo: targets keep their values but are shuffled among the voxels. A method that still gains from them
 * gains from something other than the photographs.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { Targets } from "../pairing/mod.ts";
import { Random } from "../random/random.ts";

/** Shuffles the targets among the voxels that have one, in the same random order every time. */
export async function shuffleTargets(gpu: Gpu, targets: Targets): Promise<void> {
  // In 32-bit words, each of which holds two float16 numbers or one float32.
  const width = paddedChannels(targets.channels) / (targets.half ? 2 : 1);
  const values = await gpu.read(targets.values, Uint32Array, targets.rows * width);
  const weight = await gpu.read(targets.weight, Float32Array, targets.rows);
  const seen = [...weight.keys()].filter((row) => weight[row] !== 0);
  const from = new Random(0).sample(seen.length, seen.length);
  const shuffled = values.slice();
  seen.forEach((row, i) => {
    const source = seen[from[i]!]! * width;
    shuffled.set(values.subarray(source, source + width), row * width);
  });
  gpu.write(targets.values, shuffled);
}
