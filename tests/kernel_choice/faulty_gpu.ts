/**
 * Devices whose driver is wrong: it compiles other WGSL than it is given.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Gpu, type Kernel } from "../../lib/gpu/mod.ts";

type Constants = Readonly<Record<string, number>>;

/** Opens a device whose driver compiles what `change` makes of a kernel's text. */
export async function faultyGpu(
  change: (kernel: Kernel, constants: Constants) => string,
): Promise<Gpu> {
  const gpu = await Gpu.open({ poison: true });
  const pipeline = gpu.pipeline.bind(gpu);
  gpu.pipeline = (kernel, constants = {}, half = []) =>
    pipeline({ ...kernel, code: change(kernel, constants) }, constants, half);
  return gpu;
}

/** A kernel with a fault; fails where the text that is to be changed is not in it any more. */
export function damaged(code: string, from: string, to: string): string {
  assert.ok(code.includes(from), `no kernel has ${from}`);
  return code.replace(from, to);
}
