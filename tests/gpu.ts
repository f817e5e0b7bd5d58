/**
 * The device that GPU tests share, one a test file. There is no silent skip: without an adapter the tests
 * fail and say how to get one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { Gpu, KERNEL_CHOICES, type KernelChoice } from "../lib/gpu/mod.ts";

let opened: Promise<Gpu> | null = null;

/** What stands after the names of tests and `--`: matrix kernels to run on, and whether expensive cases are run as well. */
const ASKED = parseArgs({
  args: Deno.args,
  options: {
    kernels: { type: "string", default: "auto" },
    all: { type: "boolean", default: false },
  },
}).values;

/** Whether all cases were asked for, by `-- --all`; otherwise those are left out that cost more than they are likely to find. */
export const ALL_CASES: boolean = ASKED.all;

/** `-- --kernels hardware` after the names of tests has them run on these matrix kernels. */
function askedKernels(): KernelChoice {
  const { kernels } = ASKED;
  const choice = KERNEL_CHOICES.find((name) => name === kernels);
  assert.ok(choice, `--kernels takes ${KERNEL_CHOICES.join(", ")}`);
  return choice;
}

/** The shared device; new buffers hold garbage, so a read of what was never written shows. */
export function testGpu(): Promise<Gpu> {
  opened ??= Gpu.open({ poison: true, kernels: askedKernels() }).then((gpu) => {
    console.log(`GPU tests run on: ${gpu.adapterName}, kernels ${gpu.kernels.name}`);
    return gpu;
  });
  return opened;
}

/** Registers a test that is given the device and must leave as many live buffers as it found. */
export function withGpu(name: string, body: (gpu: Gpu) => Promise<void> | void): void {
  // The device outlives the test that opens it first.
  Deno.test({
    name,
    sanitizeResources: false,
    fn: async () => {
      const gpu = await testGpu();
      const before = gpu.ledger.live;
      await body(gpu);
      await gpu.settled();
      assert.equal(gpu.ledger.live, before, `live buffers left: ${gpu.ledger.labels().join(", ")}`);
    },
  });
}
