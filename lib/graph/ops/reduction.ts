/**
 * Split reductions: a long sum is cut into chunks that run side by side and leave partial sums, which one more
 * launch adds in order. The bits depend on the shapes alone, never on timing.
 *
 * @module
 */
import { sumChunks, sumRows } from "../../../kernels/matmul/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";

/** Threads that keep a device busy; beyond them more chunks only cost memory. */
const BUSY_THREADS = 512;

/** Bytes that the partial sums of one reduction may take. */
const MAX_SCRATCH = 2 ** 25;

/** How a sum over `items` is cut. */
export interface Chunks {
  /** At least 1, also for 0 items. */
  readonly count: number;
  /** Items of each chunk but the last. */
  readonly size: number;
}

/**
 * Cuts a sum so that about {@link BUSY_THREADS} threads take part.
 *
 * @param threads threads of one chunk.
 * @param bytes of one chunk's partial sums.
 * @param maxItems most items a chunk may have: llvmpipe ends all loops of a thread, in silence, after 65,535
 *   iterations.
 */
export function chunksOf(
  items: number,
  threads: number,
  bytes: number,
  maxItems: number,
): Chunks {
  const wanted = Math.min(
    Math.ceil(BUSY_THREADS / threads),
    Math.max(1, Math.floor(MAX_SCRATCH / bytes)),
  );
  const size = Math.max(1, Math.min(Math.ceil(items / wanted), maxItems));
  return { count: Math.max(1, Math.ceil(items / size)), size };
}

/** Bytes of scratch that a reduction needs: the partial sums of every chunk. */
export function scratchBytes(chunks: Chunks, bytes: number): number {
  return chunks.count * bytes;
}

/** Where a reduction's result goes. */
export interface ReductionTarget<B> {
  /** Receives the sum. */
  readonly total: B;
  /** Partial sums, {@link scratchBytes} long. */
  readonly scratch: B;
  /** True: the sum is added to what `total` holds; false: it replaces it. */
  readonly accumulate: boolean;
}

/**
 * A reduction: `partial` writes the sums of its chunks to its last binding, and a second launch adds them. A
 * sum in one chunk takes the same way, so that no scan compiles a pipeline that another one did not.
 *
 * @param partial the first launch without its last binding.
 * @param bytes of the total, a multiple of 16.
 */
export function reduceChunks<B>(
  partial: Launch<B>,
  chunks: Chunks,
  bytes: number,
  { total, scratch, accumulate }: ReductionTarget<B>,
): Launch<B>[] {
  const quads = bytes / 16;
  return [
    { ...partial, bindings: [...partial.bindings, scratch] },
    launch(sumChunks, {
      constants: { ADD: Number(accumulate) },
      params: { count: quads, chunks: chunks.count },
      bindings: [scratch, total],
      workgroups: groupsOf64(quads),
    }),
  ];
}

/** Sizes of a bias gradient. */
export interface BiasShape {
  readonly rows: number;
  readonly channels: number;
}

function biasChunks({ rows, channels }: BiasShape): Chunks {
  const quads = Math.ceil(channels / 4);
  return chunksOf(rows, quads, quads * 16, 32_768);
}

/** Bytes of scratch that {@link biasGradient} needs. */
export function biasGradientScratch(shape: BiasShape): number {
  return scratchBytes(biasChunks(shape), Math.ceil(shape.channels / 4) * 16);
}

/** Gradient of a bias: column sums of dy [rows][channels], into `total` [channels padded to 4]. */
export function biasGradient<B>(
  options: BiasShape & ReductionTarget<B> & { readonly dy: B },
): Launch<B>[] {
  const quads = Math.ceil(options.channels / 4);
  const chunks = biasChunks(options);
  return reduceChunks(
    launch(sumRows, {
      params: { rows: options.rows, chunkRows: chunks.size, chunks: chunks.count, quads },
      bindings: [options.dy],
      workgroups: groupsOf64(chunks.count * quads),
    }),
    chunks,
    quads * 16,
    options,
  );
}

/** Reference of {@link biasGradient}: dy [rows][channels] without padding. */
export function biasGradientReference(dy: ArrayLike<number>, channels: number): Float64Array {
  const sums = new Float64Array(channels);
  for (let i = 0; i < dy.length; i++) sums[i % channels]! += dy[i]!;
  return sums;
}
