/**
 * The settings in which kernels are compiled.
 *
 * @module
 */
import {
  conv,
  convWeightGradient,
  gemm,
  gemmWeightGradient,
} from "../../../kernels/matmul/records.ts";
import type { Kernel } from "../../../lib/gpu/mod.ts";

/** A kernel with values of its `override` constants. */
export interface KernelSetting {
  readonly kernel: Kernel;
  readonly constants: Readonly<Record<string, number>>;
}

/** Channels of the widest rows of MinkUNet34C's last layers. */
const CHANNELS = 96;

/** Kernels in the shape that Mesa's CPU driver wants. They keep 256 sums a thread, more than a GPU has registers for. */
export const SOFTWARE_KERNELS: readonly Kernel[] = [
  conv,
  convWeightGradient,
  gemm,
  gemmWeightGradient,
];

/**
 * A kernel in every setting of its flags. Sizes without a default are those of rows of 96 channels; other constants keep
 * their defaults.
 */
export function settingsOf(kernel: Kernel): KernelSetting[] {
  const sizes: Record<string, number> = {};
  for (const [, name] of kernel.code.matchAll(/^override (\w+): u32;/gm)) {
    // Names that end in 4 count vec4f.
    sizes[name!] = name!.endsWith("4") ? CHANNELS / 4 : CHANNELS;
  }
  let settings = [sizes];
  for (const [, name] of kernel.code.matchAll(/^override (\w+): bool\b/gm)) {
    settings = settings.flatMap((one) => [{ ...one, [name!]: 0 }, { ...one, [name!]: 1 }]);
  }
  return settings.map((constants) => ({ kernel, constants }));
}
