/**
 * SGD with momentum and weight decay, as torch.optim.SGD without dampening and without Nesterov. It updates a whole
 * range of the parameter buffer at once, whatever tensors lie in it.
 *
 * @module
 */
import { sgd as kernel } from "../../../kernels/optimizers/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";

/** Settings of {@link sgdStep}. */
export interface SgdOptions {
  /** How far a step goes. */
  readonly learningRate: number;
  /** Share of the velocity that a step keeps. */
  readonly momentum: number;
  /** Share of the weights that is added to their gradient. */
  readonly weightDecay: number;
}

/**
 * One step: v = momentum v + g + decay w, then w -= rate v, over `count` vec4f. It leaves g zero for the next step.
 *
 * @param lossScale what the gradient is divided by: `Graph.lossScale` of the graph that made it.
 */
export function sgdStep<B>(
  state: { values: B; gradient: B; velocity: B },
  count: number,
  options: SgdOptions,
  lossScale: number,
): Launch<B> {
  const { learningRate: rate, momentum, weightDecay: decay } = options;
  return launch(kernel, {
    params: { count, rate, momentum, decay, unscale: 1 / lossScale },
    bindings: [state.values, state.gradient, state.velocity],
    workgroups: groupsOf64(count),
  });
}

/**
 * Reference of {@link sgdStep}: changes `w` and `v`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [w, v] = [Float64Array.of(1), Float64Array.of(0)];
 * const options = { learningRate: 0.5, momentum: 0.5, weightDecay: 0 };
 * sgdReference(w, [1], v, options);
 * sgdReference(w, [0], v, options);
 * // The second step has no gradient, but half of the first one's velocity.
 * assert.deepEqual([w[0], v[0]], [0.25, 0.5]);
 * ```
 */
export function sgdReference(
  w: Float64Array,
  g: ArrayLike<number>,
  v: Float64Array,
  options: SgdOptions,
): void {
  for (let i = 0; i < w.length; i++) {
    v[i] = options.momentum * v[i]! + g[i]! + options.weightDecay * w[i]!;
    w[i]! -= options.learningRate * v[i]!;
  }
}
