/**
 * A placebo: targets keep their values but go to the wrong voxels. An adaptation that still gains from them
 * gains from something else than the photographs.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { Targets } from "../pairing/mod.ts";
import { Random } from "../random/random.ts";

/** Deals the targets out anew, at random but always alike, among the voxels that have one. */
export async function shuffleTargets(gpu: Gpu, targets: Targets): Promise<void> {
  // In words: two numbers of float16, or one of float32.
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
