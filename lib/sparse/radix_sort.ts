/**
 * A stable sort of (u32 key, u32 value) pairs by key, least significant digit first, 4 bits in a pass. A thread takes 64
 * keys in order, so equal keys keep their order and the result is the same every time.
 *
 * @module
 */
import { radixCount, radixScatter } from "../../kernels/sparse/records.ts";
import { type Gpu, type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";
import { prefixSum } from "./prefix_sum.ts";

/** Keys that one thread takes. */
const BLOCK = 64;
const DIGIT_BITS = 4;
const DIGITS = 2 ** DIGIT_BITS;

/** Two lists of words of the same length. */
export interface Pairs {
  readonly keys: GpuBuffer;
  readonly values: GpuBuffer;
}

/**
 * Launches that sort `count` pairs of `from` into `to`; `from` is kept.
 *
 * @param scratch takes the buffers needed between the launches; dispose of it once they are submitted.
 * @param bits bits that keys have at most: fewer bits take fewer passes.
 */
export function sortPairs(
  gpu: Gpu,
  scratch: DisposableStack,
  from: Pairs,
  to: Pairs,
  count: number,
  bits: number,
): Launch[] {
  const passes = Math.max(1, Math.ceil(bits / DIGIT_BITS));
  const blocks = Math.ceil(count / BLOCK);
  const between: Pairs = {
    keys: scratch.use(gpu.buffer("sort keys", count * 4)),
    values: scratch.use(gpu.buffer("sort values", count * 4)),
  };
  const counts = scratch.use(gpu.buffer("sort counts", blocks * DIGITS * 4));
  const launches: Launch[] = [];
  let source = from;
  for (let pass = 0; pass < passes; pass++) {
    const target = (passes - pass) % 2 === 1 ? to : between;
    const params = { count, blocks, shift: pass * DIGIT_BITS };
    launches.push(
      launch(radixCount, {
        params,
        bindings: [source.keys, counts],
        workgroups: groupsOf64(blocks),
      }),
      ...prefixSum(gpu, scratch, counts, blocks * DIGITS),
      launch(radixScatter, {
        params,
        bindings: [source.keys, source.values, counts, target.keys, target.values],
        workgroups: groupsOf64(blocks),
      }),
    );
    source = target;
  }
  return launches;
}

/**
 * Reference of {@link sortPairs}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { keys, values } = sortPairsReference(Uint32Array.of(2, 1, 2), Uint32Array.of(0, 1, 2));
 * assert.deepEqual([[...keys], [...values]], [[1, 2, 2], [1, 0, 2]]);
 * ```
 */
export function sortPairsReference(
  keys: Uint32Array,
  values: Uint32Array,
): { keys: Uint32Array; values: Uint32Array } {
  const order = Array.from(keys.keys()).sort((a, b) => keys[a]! - keys[b]!);
  return {
    keys: Uint32Array.from(order, (i) => keys[i]!),
    values: Uint32Array.from(order, (i) => values[i]!),
  };
}
