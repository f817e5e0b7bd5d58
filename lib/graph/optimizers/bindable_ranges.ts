/**
 * Element-wise launches over buffers that are longer than a binding may be: the values of MinkUNet34C take 151 MB,
 * and a software adapter binds 128 MiB at most.
 *
 * @module
 */
import type { BufferSlice, GpuBuffer, Launch } from "../../gpu/mod.ts";

/** What every WebGPU adapter can bind (the specification's least `maxStorageBufferBindingSize`). */
const MAX_BINDING = 2 ** 27;

/** All of a buffer. */
export function wholeOf(buffer: GpuBuffer): BufferSlice {
  return { buffer, offset: 0, size: buffer.size };
}

/**
 * One launch for each part that can be bound.
 *
 * @param operands ranges of one size, walked side by side; sizes are multiples of 16 bytes.
 * @param step the launch over a part: its ranges, its vec4f, and how many vec4f come before it.
 * @param most bytes of a part, a multiple of 256.
 * @throws {TypeError} where the sizes differ.
 */
export function overRanges<Name extends string, B>(
  operands: Readonly<Record<Name, BufferSlice>>,
  step: (part: Record<Name, BufferSlice>, count: number, first: number) => Launch<B>,
  most = MAX_BINDING,
): Launch<B>[] {
  const names = Object.keys(operands) as Name[];
  const total = operands[names[0]!].size;
  const other = names.find((name) => operands[name].size !== total);
  if (other !== undefined) {
    throw new TypeError(
      `Cannot walk ranges together: "${names[0]}" has ${total} bytes, "${other}" ${
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
