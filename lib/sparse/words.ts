/**
 * Launches over lists of u32 words that the other files of this folder share.
 *
 * @module
 */
import { fillWords as fillWordsKernel } from "../../kernels/sparse/records.ts";
import { type Binding, type GpuBuffer, groupsOf64, type Launch, launch } from "../gpu/mod.ts";

/** One word of a buffer, which receives a count. */
export interface WordPlace {
  readonly buffer: GpuBuffer;
  readonly index: number;
}

/** Sets the first `count` words to `value`. */
export function fillWords(buffer: Binding, count: number, value: number): Launch {
  return launch(fillWordsKernel, {
    params: { count, start: value, step: 0 },
    bindings: [buffer],
    workgroups: groupsOf64(count),
  });
}

/** Sets the first `count` floats to `value`. */
export function fillFloats(buffer: Binding, count: number, value: number): Launch {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  return fillWords(buffer, count, bits!);
}

/** Sets the first `count` words to 0, 1, 2, ... */
export function numberWords(buffer: GpuBuffer, count: number): Launch {
  return launch(fillWordsKernel, {
    params: { count, start: 0, step: 1 },
    bindings: [buffer],
    workgroups: groupsOf64(count),
  });
}
