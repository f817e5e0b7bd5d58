/**
 * Linear layers on feature rows, and sparse convolutions of one offset: y = x W + b. This file only builds launches;
 * `learned.ts` makes them ops of a graph.
 *
 * Rows are padded to whole vec4f and weights are packed (`nn/packing.ts`); zero padding stays zero.
 *
 * @module
 */
import { gemm, gemmWeightGradient } from "../../../kernels/matmul/records.ts";
import { type Launch, launch } from "../../gpu/mod.ts";
import {
  type Chunks,
  chunksOf,
  reduceChunks,
  type ReductionTarget,
  scratchBytes,
} from "./split_reduction.ts";

/** Sizes of a linear layer; channels are those of the network, without padding. */
export interface LinearShape {
  readonly rows: number;
  readonly cin: number;
  readonly cout: number;
}

/** Threads of a workgroup; each makes 16 rows of 16 columns. */
const WORKGROUP = 32;

function quads(channels: number): number {
  return Math.ceil(channels / 4);
}

/**
 * y = x W + b: x [rows][cin], weight [cin][cout] packed, bias [cout], y [rows][cout].
 */
export function linearForward<B>(
  { rows, cin, cout, x, weight, bias, y }: LinearShape & {
    readonly x: B;
    readonly weight: B;
    readonly bias?: B | undefined;
    readonly y: B;
  },
): Launch<B>[] {
  return [launch(gemm, {
    constants: { TRANSPOSED: 0 },
    params: {
      rows,
      sumQuads: quads(cin),
      quads: quads(cout),
      sumStride: quads(cout),
      stride: 1,
      hasBias: Number(bias !== undefined),
    },
    // Without a bias its binding is not read: any buffer will do.
    bindings: [x, weight, bias ?? weight, y],
    workgroups: gemmWorkgroups(rows, cout),
  })];
}

/** dx = dy W^T: dy [rows][cout], weight [cin][cout] packed, dx [rows][cin]. */
export function linearInputGradient<B>(
  { rows, cin, cout, dy, weight, dx }: LinearShape & {
    readonly dy: B;
    readonly weight: B;
    readonly dx: B;
  },
): Launch<B>[] {
  return [launch(gemm, {
    constants: { TRANSPOSED: 1 },
    params: {
      rows,
      sumQuads: quads(cout),
      quads: quads(cin),
      sumStride: 1,
      stride: quads(cout),
      hasBias: 0,
    },
    bindings: [dy, weight, weight, dx],
    workgroups: gemmWorkgroups(rows, cin),
  })];
}

function gemmWorkgroups(rows: number, columns: number): number {
  return Math.ceil(Math.ceil(rows / 16) * Math.ceil(columns / 16) / WORKGROUP);
}

function weightBlocks({ cin, cout }: LinearShape): number {
  return Math.ceil(cin / 16) * Math.ceil(cout / 16);
}

function weightBytes({ cin, cout }: LinearShape): number {
  return quads(cin) * quads(cout) * 64;
}

function weightChunks(shape: LinearShape): Chunks {
  return chunksOf(shape.rows, weightBlocks(shape), weightBytes(shape), 131_072);
}

/** Bytes of scratch that {@link linearWeightGradient} needs. */
export function linearWeightGradientScratch(shape: LinearShape): number {
  return scratchBytes(weightChunks(shape), weightBytes(shape));
}

/** dW = x^T dy, packed like the weights: x [rows][cin], dy [rows][cout], total [cin][cout]. */
export function linearWeightGradient<B>(
  options: LinearShape & ReductionTarget<B> & { readonly x: B; readonly dy: B },
): Launch<B>[] {
  const { rows, cin, cout, x, dy } = options;
  const chunks = weightChunks(options);
  return reduceChunks(
    launch(gemmWeightGradient, {
      params: {
        rows,
        chunkRows: chunks.size,
        chunks: chunks.count,
        inputQuads: quads(cin),
        outputQuads: quads(cout),
      },
      bindings: [x, dy],
      workgroups: Math.ceil(chunks.count * weightBlocks(options) / WORKGROUP),
    }),
    chunks,
    weightBytes(options),
    options,
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
