/**
 * Parameter updates, over a whole range of the parameter buffer at once: the layout of the values does not
 * matter to them. Both leave the gradient zero for the next step.
 *
 * @module
 */
import { adam, sgd } from "../../../kernels/optimizers/records.ts";
import { f32bits, type Launch } from "../../gpu/mod.ts";
import { groupsOf64 } from "../graph.ts";

/** SGD with momentum (torch.optim.SGD: no dampening, no Nesterov). */
export interface SgdOptions {
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
}

/** AdamW (Loshchilov & Hutter 2019). */
export interface AdamOptions {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Uniform words of one SGD step over `count` vec4f. */
export function sgdParams(count: number, options: SgdOptions): number[] {
  return [
    count,
    f32bits(options.learningRate),
    f32bits(options.momentum),
    f32bits(options.weightDecay),
  ];
}

/** v = momentum v + g + decay w; w -= rate v; g = 0, over `count` vec4f. */
export function sgdStep<B>(
  state: { values: B; gradient: B; velocity: B },
  count: number,
  options: SgdOptions,
): Launch<B> {
  return {
    kernel: sgd,
    params: sgdParams(count, options),
    bindings: [state.values, state.gradient, state.velocity],
    workgroups: groupsOf64(count),
  };
}

/** Uniform words of AdamW's step number `step` (from 1) over `count` vec4f. */
export function adamParams(count: number, step: number, options: AdamOptions): number[] {
  return [
    count,
    ...[
      options.learningRate,
      options.beta1,
      options.beta2,
      options.epsilon,
      options.weightDecay,
      1 - options.beta1 ** step,
      1 - options.beta2 ** step,
    ].map(f32bits),
  ];
}

/** AdamW's step number `step` (from 1) over `count` vec4f; g = 0 after it. */
export function adamStep<B>(
  state: { values: B; gradient: B; first: B; second: B },
  count: number,
  step: number,
  options: AdamOptions,
): Launch<B> {
  return {
    kernel: adam,
    params: adamParams(count, step, options),
    bindings: [state.values, state.gradient, state.first, state.second],
    workgroups: groupsOf64(count),
  };
}

/** Reference of {@link sgdStep}: changes `w` and `v`. */
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
