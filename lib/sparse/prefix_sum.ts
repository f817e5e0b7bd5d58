/**
 * Exclusive prefix sums over u32, which make offsets from counts. One thread sums a block of 64 words, and the sums of
 * the blocks are summed likewise. The sums are of integers, so the result does not depend on the order of threads.
 *
 * @module
 */
import { prefixSum as prefixSumKernel, prefixSumAdd } from "../../kernels/sparse/records.ts";
import { type Gpu, type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";
import type { WordPlace } from "./words.ts";

/** Words that one thread sums. */
const BLOCK = 64;

/**
 * Launches that replace `values` (u32 [count]) by the sums of all words before each, modulo 2^32.
 *
 * @param scratch takes the buffers needed between the launches; dispose of it once they are submitted.
 * @param total receives the sum of all words (also for `count` 0).
 */
export function prefixSum(
  gpu: Gpu,
  scratch: DisposableStack,
  values: GpuBuffer,
  count: number,
  total?: WordPlace,
): Launch[] {
  const blocks = Math.max(1, Math.ceil(count / BLOCK));
  const last = blocks === 1 ? total : undefined;
  const sums = last?.buffer ?? scratch.use(gpu.buffer("prefix sums", blocks * 4));
  const withinBlocks = launch(prefixSumKernel, {
    params: { count, sumsAt: last?.index ?? 0 },
    bindings: [values, sums],
    workgroups: groupsOf64(blocks),
  });
  if (blocks === 1) return [withinBlocks];
  return [
    withinBlocks,
    ...prefixSum(gpu, scratch, sums, blocks, total),
    launch(prefixSumAdd, {
      params: { count },
      bindings: [sums, values],
      workgroups: groupsOf64(count),
    }),
  ];
}

/**
 * Reference of {@link prefixSum}: the sums before each word, and the total.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { sums, total } = prefixSumReference(Uint32Array.of(3, 0, 2));
 * assert.deepEqual([...sums, total], [0, 3, 3, 5]);
 * ```
 */
export function prefixSumReference(values: Uint32Array): { sums: Uint32Array; total: number } {
  const sums = new Uint32Array(values.length);
  let total = 0;
  values.forEach((value, i) => {
    sums[i] = total;
    total = (total + value) >>> 0;
  });
  return { sums, total };
}
