/**
 * What an engine's checkpoints look like: how it calls a convolution's weights, and in which layouts it keeps
 * them.
 *
 * @module
 */
import type { KernelShape } from "../packing.ts";

/** One way to lay a kernel out. Kernels are meant as [K, Cin, Cout], or [Cin, Cout] where K is 1. */
export interface KernelLayout {
  /** The shapes that a file may give this kernel, the usual one first. */
  shapes(kernel: KernelShape): readonly (readonly number[])[];
  /** The kernel in MinkowskiEngine's layout, from as many numbers in a file's. */
  toMinkowski(data: Float32Array, kernel: KernelShape): Float32Array;
}

/** An engine's checkpoints. */
export interface CheckpointFormat {
  /** What a convolution's weights are called after its name. */
  readonly kernelKey: "kernel" | "weight";
  /** By name; a file keeps to one of them. The first is the engine's present one. */
  readonly layouts: Readonly<Record<string, KernelLayout>>;
}

/** Offsets along an axis, inputs and outputs of a kernel. */
export function kernelSizes(kernel: KernelShape): { edge: number; cin: number; cout: number } {
  const edge = kernel.length === 3 ? Math.round(Math.cbrt(kernel[0]!)) : 1;
  return { edge, cin: kernel.at(-2)!, cout: kernel.at(-1)! };
}

/** Shapes of engines that keep [K, Cin, Cout], with or without an axis of one offset. */
export function offsetFirstShapes(kernel: KernelShape): readonly (readonly number[])[] {
  return kernel.length === 2 ? [kernel, [1, ...kernel]] : [kernel];
}
