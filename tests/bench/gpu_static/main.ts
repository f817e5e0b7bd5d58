/**
 * `deno task gpu:static`: what the compiler of AMD GPUs makes of every kernel, on a machine without such a GPU. Mesa's RADV
 * compiles for its null device; nothing is executed. `--gpu NAVI21,GFX1100` chooses families by RADV's names, and `--json`
 * prints one line of JSON for each kernel and setting. Exit code 3 means that a driver is missing.
 */
import { parseArgs } from "node:util";
import { Gpu } from "../../../lib/gpu/mod.ts";
import { kernelFolders } from "../../gpu/kernel_folders.ts";
import { findDrivers } from "./drivers.ts";
import { type Placement, RadvCompiler } from "./radv.ts";
import { type KernelSetting, settingsOf, SOFTWARE_KERNELS } from "./settings.ts";
import { SpirvTap } from "./spirv.ts";

/** One line of the result. */
export interface Row extends Placement {
  /** The family of GPUs. */
  readonly gpu: string;
  /** Name of the kernel. */
  readonly kernel: string;
  /** Its constants as text. */
  readonly setting: string;
  /** Whether no GPU runs it, only a driver that runs on the CPU. */
  readonly software: boolean;
}

const HEADS = ["VGPRs", "SGPRs", "spills", "scratch", "memory", "waves"];

const { values } = parseArgs({
  options: {
    gpu: { type: "string", default: "NAVI21,GFX1100,VEGA20" },
    json: { type: "boolean", default: false },
  },
});
const drivers = findDrivers();
if (typeof drivers === "string") {
  console.error(drivers);
  Deno.exit(3);
}

// Drivers read the environment of this process when they are loaded.
Deno.env.set("VK_ICD_FILENAMES", drivers.lavapipe);
const tap = new SpirvTap(await Gpu.open(), drivers.lavapipe);
const kernels: (KernelSetting & { spirv: Uint8Array<ArrayBuffer> })[] = [];
for (const { records } of await kernelFolders()) {
  for (const setting of records.flatMap(settingsOf)) {
    kernels.push({ ...setting, spirv: await tap.spirv(setting.kernel, setting.constants) });
  }
}

for (const gpu of values.gpu.split(",")) {
  const compiler = new RadvCompiler(drivers.radv, gpu);
  if (!values.json) {
    console.log(`\n${compiler.name}. Registers and waves as the compiler counts them; scratch in`);
    console.log("bytes of a wave, memory in bytes of a workgroup; * runs on the CPU alone\n");
    console.log(line("kernel", HEADS));
  }
  for (const { kernel, constants, spirv } of kernels) {
    const row: Row = {
      gpu,
      kernel: kernel.name,
      setting: Object.entries(constants).map(([name, value]) => `${name}=${value}`).join(" "),
      software: SOFTWARE_KERNELS.includes(kernel),
      ...compiler.compile(kernel, spirv),
    };
    console.log(values.json ? JSON.stringify(row) : textOf(row));
  }
}
// Objects of WebGPU and Vulkan are not taken down: half of them are not there.
Deno.exit(0);

function textOf(row: Row): string {
  const name = `${row.kernel}${row.software ? "*" : ""} ${row.setting}`;
  const { vgprs, sgprs, spills, scratch, workgroupBytes, waves } = row;
  return line(name, [vgprs, sgprs, spills, scratch, workgroupBytes, waves]);
}

function line(name: string, cells: readonly (string | number)[]): string {
  return name.padEnd(48) + cells.map((cell) => String(cell).padStart(8)).join("");
}
