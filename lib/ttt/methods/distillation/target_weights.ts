/**
 * Targets weighed by how well the views of a voxel agree. A target is the mean of what its views say, less the teacher's mean; where
 * they dispute it, these point apart, and their mean is short.
 *
 * @module
 */
import type { Gpu } from "../../../gpu/mod.ts";
import { Graph } from "../../../graph/graph.ts";
import type { DistillationTarget } from "../../../graph/losses/cosine_distillation.ts";
import { targetLengths } from "../../../graph/losses/target_lengths.ts";
import { Plan } from "../../../graph/plan.ts";
import { Tensor } from "../../../graph/tensor.ts";

/**
 * Weighs each target by its length to the power of `trust`; 0 leaves them as they are.
 *
 * @param owned gets the buffer of the weights.
 */
export async function weighTargets(
  gpu: Gpu,
  target: DistillationTarget,
  trust: number,
  owned: DisposableStack,
): Promise<DistillationTarget> {
  if (trust === 0) return target;
  const graph = new Graph(gpu.kernels);
  const lengths = targetLengths(graph, target);
  using plan = new Plan(gpu, graph, [lengths], "target lengths");
  plan.submit();
  const { rows } = target.values;
  const weights = targetWeights((await plan.read(lengths)).subarray(0, rows), trust);
  const binding = owned.use(gpu.upload("target weights", weights));
  return { ...target, mask: new Tensor("target weights", rows, 1, { binding }) };
}

/**
 * The weights of targets by their lengths, 1 in the mean over those that are longer than 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...targetWeights(Float32Array.of(1, 3, 0), 1)], [0.5, 1.5, 0]);
 * ```
 */
export function targetWeights(
  lengths: Float32Array,
  trust: number,
): Float32Array<ArrayBuffer> {
  const powers = Float32Array.from(lengths, (length) => length > 0 ? length ** trust : 0);
  let [sum, counted] = [0, 0];
  for (const power of powers) {
    sum += power;
    if (power > 0) counted++;
  }
  return sum > 0 ? powers.map((power) => power * counted / sum) : powers;
}
