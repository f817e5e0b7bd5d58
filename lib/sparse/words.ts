/**
 * Launches over lists of u32 words that the other files of this folder share.
 *
 * @module
 */
import { fillWords as fillWordsKernel } from "../../kernels/sparse/records.ts";
import type { Binding, GpuBuffer, Launch } from "../gpu/mod.ts";

/** One word of a buffer, where a launch leaves a count. */
export interface WordPlace {
  readonly buffer: GpuBuffer;
  readonly index: number;
}

/** Workgroups of 64 threads that cover `threads` threads. */
export function workgroups(threads: number): number {
  return Math.ceil(threads / 64);
}

/** Sets the first `count` words to `value`. */
export function fillWords(buffer: Binding, count: number, value: number): Launch {
  return {
    kernel: fillWordsKernel,
    params: [count, value, 0],
    bindings: [buffer],
    workgroups: workgroups(count),
  };
}

/** Sets the first `count` words to 0, 1, 2, ... */
export function numberWords(buffer: GpuBuffer, count: number): Launch {
  return {
    kernel: fillWordsKernel,
    params: [count, 0, 1],
    bindings: [buffer],
    workgroups: workgroups(count),
  };
}
