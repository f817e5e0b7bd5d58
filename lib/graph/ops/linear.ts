/**
 * Linear layers on feature rows, and sparse convolutions of one offset: y = x W + b. This file only builds launches, by
 * the matrix kernels of a setting; `learned.ts` makes them ops of a graph.
 *
 * Rows are padded to whole vec4f and weights are packed (`nn/packing.ts`); zero padding stays zero.
 *
 * @module
 */
import type { KernelSetting, Launch } from "../../gpu/mod.ts";
import { matrixKernels } from "./kernel_family.ts";
import {
  forwardChannels,
  type LinearShape,
  transposedChannels,
  weightBytes,
} from "./matrix_kernels.ts";
import { reduction, type ReductionTarget } from "./split_reduction.ts";

/** What launches of a linear layer depend on. */
export interface LinearOptions extends LinearShape {
  /** The matrix kernels that run. */
  readonly kernels: KernelSetting;
}

/**
 * y = x W + b: x [rows][cin], weight [cin][cout] packed, bias [cout], y [rows][cout].
 */
export function linearForward<B>(
  { kernels, rows, cin, cout, ...operands }: LinearOptions & {
    readonly x: B;
    readonly weight: B;
    readonly bias?: B | undefined;
    readonly y: B;
  },
): Launch<B>[] {
  return matrixKernels(kernels).product(rows, forwardChannels(cin, cout), operands);
}

/** dx = dy W^T: dy [rows][cout], weight [cin][cout] packed, dx [rows][cin]. */
export function linearInputGradient<B>(
  { kernels, rows, cin, cout, dy, weight, dx }: LinearOptions & {
    readonly dy: B;
    readonly weight: B;
    readonly dx: B;
  },
): Launch<B>[] {
  const operands = { x: dy, weight, y: dx };
  return matrixKernels(kernels).product(rows, transposedChannels(cin, cout), operands);
}

/** Bytes of scratch that {@link linearWeightGradient} needs. */
export function linearWeightGradientScratch(options: LinearOptions): number {
  const { count } = matrixKernels(options.kernels).linearGradient(options);
  return count * weightBytes({ ...options, volume: 1 });
}

/** dW = x^T dy, packed like the weights: x [rows][cin], dy [rows][cout], total [cin][cout]. */
export function linearWeightGradient<B>(
  options: LinearOptions & ReductionTarget<B> & { readonly x: B; readonly dy: B },
): Launch<B>[] {
  const partial = matrixKernels(options.kernels).linearGradient(options);
  const bytes = weightBytes({ ...options, volume: 1 });
  return reduction(
    partial.count,
    bytes,
    options,
    (receiver) => partial.launch([options.x, options.dy, receiver]),
  );
}

/**
 * Reference of {@link linearForward}, without padding: x [rows][cin], weight [cin][cout], bias [cout].
 */
export function linearReference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | null,
  { rows, cin, cout }: LinearShape,
): Float64Array {
  const y = new Float64Array(rows * cout);
  for (let n = 0; n < rows; n++) {
    for (let o = 0; o < cout; o++) {
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < cin; i++) sum += x[n * cin + i]! * weight[i * cout + o]!;
      y[n * cout + o] = sum;
    }
  }
  return y;
}

/** Gradients of {@link linearReference} for a given dy [rows][cout]. */
export function linearBackwardReference(
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  dy: ArrayLike<number>,
  { rows, cin, cout }: LinearShape,
): { dx: Float64Array; dweight: Float64Array; dbias: Float64Array } {
  const dx = new Float64Array(rows * cin);
  const dweight = new Float64Array(cin * cout);
  const dbias = new Float64Array(cout);
  for (let n = 0; n < rows; n++) {
    for (let o = 0; o < cout; o++) {
      const g = dy[n * cout + o]!;
      dbias[o]! += g;
      for (let i = 0; i < cin; i++) {
        dx[n * cin + i]! += g * weight[i * cout + o]!;
        dweight[i * cout + o]! += g * x[n * cin + i]!;
      }
    }
  }
  return { dx, dweight, dbias };
}
