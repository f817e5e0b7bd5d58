/**
 * Helpers of the op tests: seeded numbers, padded rows, relative errors, central differences.
 */
import assert from "node:assert/strict";
import { mulberry32 } from "../../lib/random/mulberry32.ts";
import {
  type Gpu,
  HARDWARE_SETTINGS,
  type KernelSetting,
  SOFTWARE_SETTING,
  WINDOW_BYTES,
} from "../../lib/gpu/mod.ts";
import { Graph, type Parameter } from "../../lib/graph/graph.ts";
import { Plan } from "../../lib/graph/plan.ts";
import { paddedChannels, Tensor } from "../../lib/graph/tensor.ts";

/** Numbers in [-1, 1) from a seed. */
export function seededNumbers(seed: number, count: number): Float64Array {
  const next = mulberry32(seed);
  return Float64Array.from({ length: count }, () => 2 * next() - 1);
}

/** Rows of `channels` numbers widened to whole vec4f with zeros. */
export function padRows(values: ArrayLike<number>, channels: number): Float32Array {
  const width = paddedChannels(channels);
  const rows = values.length / channels;
  const padded = new Float32Array(rows * width);
  for (let i = 0; i < values.length; i++) {
    padded[Math.floor(i / channels) * width + i % channels] = values[i]!;
  }
  return padded;
}

/** The reverse of {@link padRows}; fails where the padding is not zero. */
export function unpadRows(padded: Float32Array, channels: number, what = "rows"): Float64Array {
  const width = paddedChannels(channels);
  const values: number[] = [];
  padded.forEach((value, i) => {
    if (i % width < channels) values.push(value);
    else assert.ok(value === 0, `padding of ${what} must stay zero`);
  });
  return Float64Array.from(values);
}

/** Largest difference, relative to the largest magnitude of `expected`. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  assert.equal(actual.length, expected.length);
  let scale = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!));
    const difference = Math.abs(actual[i]! - expected[i]!);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst / Math.max(scale, 1e-30);
}

/** Fails where {@link relativeError} passes `tolerance`. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const error = relativeError(actual, expected);
  assert.ok(error <= tolerance, `${what}: relative error ${error} > ${tolerance}`);
}

/** Gradient of a scalar function by central differences in float64. */
export function centralDifferences(
  f: (x: Float64Array) => number,
  x: Float64Array,
  step = 1e-5,
): Float64Array {
  return x.map((value, i) => {
    const at = (moved: number) => f(x.with(i, moved));
    return (at(value + step) - at(value - step)) / (2 * step);
  });
}

/** Sum of the products of two arrays. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Uploads rows as an input tensor, which `owned` frees. They may be weights, which are bound by windows. */
export function inputTensor(
  gpu: Gpu,
  owned: DisposableStack,
  label: string,
  values: ArrayLike<number>,
  channels: number,
  requiresGradient = true,
): Tensor {
  const buffer = owned.use(gpu.upload(label, padRows(values, channels), WINDOW_BYTES));
  return new Tensor(label, values.length / channels, channels, {
    binding: buffer,
    requiresGradient,
  });
}

/** Uploads u32 words, such as labels or row indices. */
export function wordTensor(
  gpu: Gpu,
  owned: DisposableStack,
  label: string,
  words: ArrayLike<number>,
): Tensor {
  const buffer = owned.use(gpu.upload(label, Uint32Array.from(words)));
  return new Tensor(label, words.length, 1, { binding: buffer });
}

/** A [1][C] parameter with a gradient that starts at zero. */
export function parameter(
  gpu: Gpu,
  owned: DisposableStack,
  label: string,
  values: ArrayLike<number>,
): Parameter {
  const gradient = owned.use(gpu.zeros(`${label} gradient`, paddedChannels(values.length) * 4));
  return {
    values: inputTensor(gpu, owned, label, values, values.length),
    gradient: new Tensor(label, 1, values.length, { binding: gradient }),
    trainable: true,
  };
}

/** Builds a graph, runs it once with garbage in every buffer, and reads the named tensors, without padding. */
export async function runGraph<Names extends string>(
  gpu: Gpu,
  build: (graph: Graph, owned: DisposableStack) => Record<Names, Tensor | undefined>,
  kernels: KernelSetting = gpu.kernels,
): Promise<Record<Names, Float64Array>> {
  using owned = new DisposableStack();
  const graph = new Graph(kernels);
  const wanted = build(graph, owned);
  for (const [name, tensor] of Object.entries(wanted)) {
    assert.ok(tensor, `${name} has no tensor`);
  }
  const tensors = Object.entries(wanted) as [Names, Tensor][];
  using plan = new Plan(gpu, graph, tensors.map(([, tensor]) => tensor));
  plan.submit();
  const results = {} as Record<Names, Float64Array>;
  for (const [name, tensor] of tensors) {
    results[name] = unpadRows(await plan.read(tensor), tensor.channels, tensor.label);
  }
  return results;
}

/** Starts the backward pass with the given gradient of `output`, as a loss would. */
export function seedGradient(graph: Graph, output: Tensor, gradient: Tensor): void {
  graph.loss(() => graph.contribute(output, gradient));
}

/** The settings of matrix kernels that a case is run with: software, and one of the family hardware if it has one. */
export function settingsOf(hardware?: number): KernelSetting[] {
  return hardware === undefined
    ? [SOFTWARE_SETTING]
    : [SOFTWARE_SETTING, HARDWARE_SETTINGS[hardware]!];
}
