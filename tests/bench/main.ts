/**
 * `deno task bench`: rates of our kernels on this machine. Figures of software adapters say nothing of hardware;
 * the ratios within a run are what to look at. Arguments choose sections; none means all. `--voxels 10000,40000`
 * chooses the scans of the section `network`.
 */
import { parseArgs } from "node:util";
import { prepareVulkan } from "../../lib/cli/driver.ts";
import { Gpu } from "../../lib/gpu/mod.ts";
import { benchConvolution, benchLinear } from "./convolution.ts";
import { benchGemm } from "./gemm.ts";
import { benchMemory } from "./memory.ts";
import { benchNetwork, NETWORK_VOXELS } from "./network.ts";
import { benchStep } from "./step.ts";

const ROUNDS = 5;

/** Sections by name. */
const SECTIONS: Record<
  string,
  (gpu: Gpu, rounds: number, voxels: readonly number[]) => Promise<void> | void
> = {
  gemm: benchGemm,
  conv: benchConvolution,
  linear: benchLinear,
  memory: benchMemory,
  network: benchNetwork,
  step: benchStep,
};

/** Ends with exit code 2. */
function refuse(message: string): never {
  console.error(message);
  Deno.exit(2);
}

const { positionals, values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: { voxels: { type: "string", default: NETWORK_VOXELS.join() } },
});
const voxels = values.voxels.split(",").map(Number);
if (!voxels.every((count) => Number.isInteger(count) && count > 0)) {
  refuse(`Cannot use --voxels ${values.voxels}: it takes whole numbers with commas between them`);
}
const unknown = positionals.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  refuse(`Cannot run "${unknown}": sections are ${Object.keys(SECTIONS).join(", ")}`);
}
prepareVulkan();
const gpu = await Gpu.open();
try {
  console.log(`adapter: ${gpu.adapterName}; medians of ${ROUNDS} rounds`);
  for (const name of positionals.length > 0 ? positionals : Object.keys(SECTIONS)) {
    await SECTIONS[name]!(gpu, ROUNDS, voxels);
  }
} finally {
  gpu.destroy();
}
