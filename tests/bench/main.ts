/**
 * `deno task bench`: rates of our kernels on this machine. Figures of software adapters say nothing of hardware;
 * the ratios within a run are what to look at. Arguments choose sections; none means all.
 */
import { prepareVulkan } from "../../lib/cli/driver.ts";
import { Gpu } from "../../lib/gpu/mod.ts";
import { benchConvolution, benchLinear } from "./convolution.ts";
import { benchGemm } from "./gemm.ts";
import { benchStep } from "./step.ts";

const ROUNDS = 5;

const SECTIONS: Record<string, (gpu: Gpu, rounds: number) => Promise<void>> = {
  gemm: benchGemm,
  conv: benchConvolution,
  linear: benchLinear,
  step: benchStep,
};

const unknown = Deno.args.find((name) => !(name in SECTIONS));
if (unknown !== undefined) {
  console.error(
    `Cannot run "${unknown}": sections are ${Object.keys(SECTIONS).join(", ")}`,
  );
  Deno.exit(2);
}
prepareVulkan();
const gpu = await Gpu.open();
try {
  console.log(`adapter: ${gpu.adapterName}; medians of ${ROUNDS} rounds`);
  for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(SECTIONS)) {
    await SECTIONS[name]!(gpu, ROUNDS);
  }
} finally {
  gpu.destroy();
}
