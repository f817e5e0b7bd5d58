/**
 * The format of an engine's checkpoints: the name of a convolution's weights, and the layouts that they may have.
 *
 * @module
 */
import type { KernelShape } from "../packing.ts";

/** A layout of kernels. Arguments `kernel` are shapes in our layout, [K, Cin, Cout], or [Cin, Cout] where K is 1. */
export interface KernelLayout {
  /** Gives the shapes that this kernel may have in a file, the usual one first. */
  shapes(kernel: KernelShape): readonly (readonly number[])[];
  /** Converts the values of a kernel to MinkowskiEngine's layout. */
  toMinkowski(data: Float32Array, kernel: KernelShape): Float32Array;
  /** Converts the values of a kernel from MinkowskiEngine's layout: the inverse of `toMinkowski`. */
  fromMinkowski(data: Float32Array, kernel: KernelShape): Float32Array;
}

/** The format of an engine's checkpoints. */
export interface CheckpointFormat {
  /** Last part of the name of a convolution's weights. */
  readonly kernelKey: "kernel" | "weight";
  /** Whether a bias is a row, [1, C], as MinkowskiEngine has it; otherwise it is [C]. */
  readonly biasIsRow: boolean;
  /** Layouts by name. All kernels of a file have the same layout; the first is that of the engine's present version. */
  readonly layouts: Readonly<Record<string, KernelLayout>>;
  /** Name of the class head, where it stands outside the backbone; by default it may have several. */
  readonly classHead?: string;
  /** Tells entries that a network may leave out. */
  isIgnored?(name: string): boolean;
  /**
   * Says what an entry belongs to that the network does not have, and the mend, where that is known by name; null for other
   * entries.
   */
  unsupported?(name: string): string | null;
}

/** Gives the offsets along an axis, the inputs and the outputs of a kernel. */
export function kernelSizes(kernel: KernelShape): { edge: number; cin: number; cout: number } {
  const edge = kernel.length === 3 ? Math.round(Math.cbrt(kernel[0]!)) : 1;
  return { edge, cin: kernel.at(-2)!, cout: kernel.at(-1)! };
}

/** Gives the shapes in engines that keep [K, Cin, Cout]; a kernel of one offset may have an axis for it or not. */
export function offsetFirstShapes(kernel: KernelShape): readonly (readonly number[])[] {
  return kernel.length === 2 ? [kernel, [1, ...kernel]] : [kernel];
}

/** Transposes [Cout, Cin] to [Cin, Cout]. */
export function transposed(data: Float32Array, cin: number, cout: number): Float32Array {
  return data.map((_, i) => data[i % cout * cin + Math.floor(i / cout)]!);
}
