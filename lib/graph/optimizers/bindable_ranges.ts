/**
 * Element-wise launches over buffers that are larger than a binding may be: the values of MinkUNet34C take 151 MB, and a
 * software adapter binds 128 MiB at most.
 *
 * @module
 */
import type { BufferSlice, GpuBuffer, Launch } from "../../gpu/mod.ts";

/** Bytes that every WebGPU adapter can bind: the smallest `maxStorageBufferBindingSize` of the specification. */
const MAX_BINDING = 2 ** 27;

/** The range that covers a whole buffer. */
export function wholeBuffer(buffer: GpuBuffer): BufferSlice {
  return { buffer, offset: 0, size: buffer.size };
}

/**
 * Makes one launch for each part of the operands that can be bound.
 *
 * @param operands ranges of one size, a multiple of 16 bytes, that are cut alike.
 * @param step makes the launch over a part, given its ranges, its number of vec4f, and the number of vec4f before it.
 * @param most bytes of a part, a multiple of 256.
 * @throws {TypeError} where the sizes differ.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type Binding, GpuBuffer } from "../../gpu/mod.ts";
 * import { movingAverage } from "./moving_average.ts";
 *
 * const [x, average] = ["x", "average"].map((label) => GpuBuffer.placeholder(label, 1280));
 * const launches = launchOverRanges(
 *   { x: wholeBuffer(x!), average: wholeBuffer(average!) },
 *   (part, count) => movingAverage<Binding>(part, count, 0.9),
 *   1024,
 * );
 * assert.deepEqual(launches.map(({ params }) => params.count), [64, 16]);
 * ```
 */
export function launchOverRanges<Name extends string, B>(
  operands: Readonly<Record<Name, BufferSlice>>,
  step: (part: Record<Name, BufferSlice>, count: number, first: number) => Launch<B>,
  most = MAX_BINDING,
): Launch<B>[] {
  const names = Object.keys(operands) as Name[];
  const total = operands[names[0]!].size;
  const other = names.find((name) => operands[name].size !== total);
  if (other !== undefined) {
    throw new TypeError(
      `Cannot launch over ranges of different sizes: "${names[0]}" has ${total} bytes, "${other}" ${
        operands[other].size
      }`,
    );
  }
  const launches: Launch<B>[] = [];
  for (let first = 0; first < total; first += most) {
    const size = Math.min(most, total - first);
    const part = Object.fromEntries(
      names.map((name) => {
        const { buffer, offset } = operands[name];
        return [name, { buffer, offset: offset + first, size }];
      }),
    ) as Record<Name, BufferSlice>;
    launches.push(step(part, size / 16, first / 16));
  }
  return launches;
}
