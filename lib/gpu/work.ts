/**
 * What kernels' records say of their work in many places alike.
 *
 * @module
 */
import type { Extent, Launch } from "./kernel.ts";

/** Numbers that a binding of a launch holds, without padding. */
export function elements({ bindings }: Launch<Extent>, binding: number): number {
  const { rows, channels } = bindings[binding]!;
  return rows * channels;
}

/**
 * Multiply-adds of a kernel that does the same for every number of one binding.
 *
 * @param count for each of them.
 */
export function perElement(binding: number, count: number): (launch: Launch<Extent>) => number {
  return (launch) => count * elements(launch, binding);
}

/** Bytes that are read by a kernel which updates in place: those of every binding. */
export function everyBinding({ bindings }: Launch<Extent>): number {
  return bindings.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** 1 where a launch sets an `override` constant that is a choice, otherwise 0. */
export function chosen({ constants }: Launch<Extent>, constant: string): 0 | 1 {
  return constants[constant] ? 1 : 0;
}
