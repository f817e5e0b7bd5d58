/**
 * AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW; without weight decay it is Adam. It updates a whole range
 * of the parameter buffer at once, whatever tensors lie in it.
 *
 * @module
 */
import { adam as kernel } from "../../../kernels/optimizers/records.ts";
import { groupsOf64, type Launch, launch, type ParamValues } from "../../gpu/mod.ts";

/** Settings of {@link adamStep}. */
export interface AdamOptions {
  /** How far a step goes. */
  readonly learningRate: number;
  /** Share of the first moment that a step keeps. */
  readonly beta1: number;
  /** Share of the second moment that a step keeps. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly epsilon: number;
  /** Share of the weights, times the learning rate, that a step takes off. */
  readonly weightDecay: number;
}

/**
 * Params of AdamW's step number `step` (from 1) over `count` vec4f.
 *
 * @param lossScale what the gradient is divided by: `Graph.lossScale` of the graph that made it.
 */
export function adamParams(
  count: number,
  step: number,
  options: AdamOptions,
  lossScale: number,
): ParamValues<typeof kernel.params> {
  const { learningRate: rate, beta1, beta2, epsilon, weightDecay: decay } = options;
  return {
    count,
    rate,
    beta1,
    beta2,
    epsilon,
    decay,
    correction1: 1 - beta1 ** step,
    correction2: 1 - beta2 ** step,
    unscale: 1 / lossScale,
  };
}

/**
 * AdamW's step number `step` (from 1) over `count` vec4f. It leaves the gradient zero for the next step.
 *
 * @param lossScale as for {@link adamParams}.
 */
export function adamStep<B>(
  state: { values: B; gradient: B; first: B; second: B },
  count: number,
  step: number,
  options: AdamOptions,
  lossScale: number,
): Launch<B> {
  return launch(kernel, {
    params: adamParams(count, step, options, lossScale),
    bindings: [state.values, state.gradient, state.first, state.second],
    workgroups: groupsOf64(count),
  });
}

/** Reference of {@link adamStep}: changes `w`, `m` and `v`. */
export function adamReference(
  w: Float64Array,
  g: ArrayLike<number>,
  m: Float64Array,
  v: Float64Array,
  step: number,
  options: AdamOptions,
): void {
  for (let i = 0; i < w.length; i++) {
    m[i] = options.beta1 * m[i]! + (1 - options.beta1) * g[i]!;
    v[i] = options.beta2 * v[i]! + (1 - options.beta2) * g[i]! ** 2;
    const mean = m[i]! / (1 - options.beta1 ** step);
    const scale = Math.sqrt(v[i]! / (1 - options.beta2 ** step)) + options.epsilon;
    w[i] = w[i]! * (1 - options.learningRate * options.weightDecay) -
      options.learningRate * mean / scale;
  }
}
