/**
 * Split reductions: a long sum is cut into chunks that run side by side and leave partial sums, which one more
 * launch adds in order. The bits depend on the shapes alone, never on timing.
 *
 * @module
 */
import { sumChunks } from "../../../kernels/matmul/records.ts";
import { groupsOf64, type Launch, launch } from "../../gpu/mod.ts";

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
 * Cuts a sum so that about `busy` threads take part.
 *
 * @param threads threads of one chunk.
 * @param bytes of one chunk's partial sums.
 * @param maxItems most items that a chunk may have: llvmpipe ends the loops of a thread after 65,535 iterations without
 *   reporting it.
 * @param busy threads that keep a device busy: with more of them, further chunks would only cost memory.
 * @param minItems fewest items for which a chunk is worth its partial sums.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * // 64 threads work on a chunk, so 8 chunks keep 512 threads busy.
 * assert.deepEqual(chunksOf(10_000, 64, 1024, 65_000, 512), { count: 8, size: 1250 });
 * // A long list is cut further, so that no thread loops too often.
 * assert.deepEqual(chunksOf(1_000_000, 512, 1024, 50_000, 512), { count: 20, size: 50_000 });
 * ```
 */
export function chunksOf(
  items: number,
  threads: number,
  bytes: number,
  maxItems: number,
  busy: number,
  minItems = 1,
): Chunks {
  const wanted = Math.min(
    Math.ceil(busy / threads),
    Math.max(1, Math.floor(MAX_SCRATCH / bytes)),
  );
  const size = Math.max(minItems, Math.min(Math.ceil(items / wanted), maxItems));
  return { count: Math.max(1, Math.ceil(items / size)), size };
}

/** Where a reduction's result goes. */
export interface ReductionTarget<B> {
  /** Receives the sum. */
  readonly total: B;
  /** Room for the partial sums. */
  readonly scratch: B;
  /** True: the sum is added to what `total` holds; false: it replaces it. */
  readonly accumulate: boolean;
}

/**
 * The launches of a reduction: `partial` makes its partial sums, and a second launch adds them in order. A single sum that
 * is not added to anything is written where it belongs.
 *
 * @param count number of partial sums.
 * @param bytes of the total, a multiple of 16.
 * @param partial the first launch, given what receives the partial sums.
 */
export function reduction<B>(
  count: number,
  bytes: number,
  { total, scratch, accumulate }: ReductionTarget<B>,
  partial: (receiver: B) => Launch<B>,
): Launch<B>[] {
  if (count === 1 && !accumulate) return [partial(total)];
  const quads = bytes / 16;
  return [
    partial(scratch),
    launch(sumChunks, {
      constants: { ADD: Number(accumulate) },
      params: { count: quads, chunks: count },
      bindings: [scratch, total],
      workgroups: groupsOf64(quads),
    }),
  ];
}
