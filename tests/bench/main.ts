/**
 * `deno task bench`: rates of our kernels on this machine. Rates on a software adapter tell nothing about hardware; look
 * at the ratios within a run. Arguments choose sections; without any, all run. `--voxels 10000,40000` chooses the scans
 * of the section `network`, and `--rooms 12` the rooms along an edge of the scan of the section `large`.
 */
import { parseArgs } from "node:util";
import { prepareVulkan } from "../../lib/cli/driver.ts";
import { Gpu } from "../../lib/gpu/mod.ts";
import { benchConvolution, benchLinear } from "./convolution.ts";
import { benchGemm } from "./gemm.ts";
import { benchLarge } from "./large.ts";
import { benchMemory } from "./memory.ts";
import { benchNetwork, NETWORK_VOXELS } from "./network.ts";
import { benchStep } from "./step.ts";

const ROUNDS = 5;

/** Sections by name. */
const SECTIONS: Record<string, (gpu: Gpu) => Promise<void> | void> = {
  gemm: (gpu) => benchGemm(gpu, ROUNDS),
  conv: (gpu) => benchConvolution(gpu, ROUNDS),
  linear: (gpu) => benchLinear(gpu, ROUNDS),
  memory: benchMemory,
  network: (gpu) => benchNetwork(gpu, ROUNDS, voxels),
  step: (gpu) => benchStep(gpu, ROUNDS),
  large: () => benchLarge(rooms),
};

/** Prints the message and ends with exit code 2. */
function refuse(message: string): never {
  console.error(message);
  Deno.exit(2);
}

const { positionals, values } = parseArgs({
  args: Deno.args,
  allowPositionals: true,
  options: {
    voxels: { type: "string", default: NETWORK_VOXELS.join() },
    rooms: { type: "string", default: "4" },
  },
});
const rooms = Number(values.rooms);
if (!Number.isInteger(rooms) || rooms < 1) {
  refuse(`Cannot use --rooms ${values.rooms}: it takes a whole number`);
}
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
    await SECTIONS[name]!(gpu);
  }
} finally {
  gpu.destroy();
}
