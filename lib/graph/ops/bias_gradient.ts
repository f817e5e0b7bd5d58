/**
 * The gradient of a bias: the column sums of dy, as a split reduction.
 *
 * @module
 */
import { sumRows } from "../../../kernels/matmul/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";
import { type Chunks, chunksOf, reduction, type ReductionTarget } from "./split_reduction.ts";

/** Sizes of a bias gradient. */
export interface BiasShape {
  /** Rows of dy. */
  readonly rows: number;
  /** Channels of dy, without padding. */
  readonly channels: number;
}

/** Threads that keep a device busy. */
const BUSY_THREADS = 512;

function biasChunks({ rows, channels }: BiasShape): Chunks {
  const quads = Math.ceil(channels / 4);
  return chunksOf(rows, quads, quads * 16, 32_768, BUSY_THREADS);
}

/** Bytes of scratch that {@link biasGradient} needs. */
export function biasGradientScratch(shape: BiasShape): number {
  return biasChunks(shape).count * Math.ceil(shape.channels / 4) * 16;
}

/** Launches that write the column sums of dy [rows][channels] into `total` [channels padded to 4]. */
export function biasGradient<B>(
  options: BiasShape & ReductionTarget<B> & { readonly dy: B },
): Launch<B>[] {
  const quads = Math.ceil(options.channels / 4);
  const chunks = biasChunks(options);
  return reduction(chunks.count, quads * 16, options, (receiver) =>
    launch(sumRows, {
      params: { rows: options.rows, chunkRows: chunks.size, chunks: chunks.count, quads },
      bindings: [options.dy, receiver],
      workgroups: groupsOf64(chunks.count * quads),
    }));
}

/** Reference of {@link biasGradient}: dy [rows][channels] without padding. */
export function biasGradientReference(dy: ArrayLike<number>, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < dy.length; i++) sums[i % channels]! += dy[i]!;
  return sums;
}
