/**
 * `deno task gpu:static`: what the compiler of AMD GPUs makes of every kernel, on a machine without such a GPU. Mesa's RADV
 * compiles for its null device; nothing is executed. Exit code 3 means that a driver is missing.
 */
import { Gpu } from "../../../lib/gpu/mod.ts";
import { kernelFolders } from "../../gpu/kernel_folders.ts";
import { argumentsOf, refuse } from "../../task.ts";
import { findDrivers } from "./drivers.ts";
import { type Placement, RadvCompiler } from "./radv.ts";
import { type CompiledKernel, compiledKernels } from "./settings.ts";
import { SpirvTap } from "./spirv.ts";

/** One line of the result. */
export interface Row extends Placement {
  /** The family of GPUs. */
  readonly gpu: string;
  /** Name of the kernel. */
  readonly kernel: string;
  /** Values of its constants. */
  readonly constants: Readonly<Record<string, number>>;
  /** Whether its rows are stored in float16. */
  readonly half: boolean;
  /** The first setting of the matrix kernels that launches it so; null for a kernel that is not one of them. */
  readonly setting: string | null;
}

const { positionals, values } = argumentsOf({
  name: "task gpu:static",
  summary: "Compiles kernels as Mesa's driver of AMD GPUs does, and counts registers and spills",
  positionals: ["[KERNEL ...]"],
  options: {
    gpu: {
      type: "string",
      value: "A,B",
      default: "NAVI21,GFX1100,VEGA20",
      about: "families of GPUs by RADV's names",
    },
    json: { type: "boolean", about: "print one line of JSON for each kernel and setting" },
  },
});
const records = (await kernelFolders()).flatMap((folder) => folder.records);
const unknown = positionals.find((name) => !records.some((record) => record.name === name));
if (unknown !== undefined) {
  refuse(`Cannot compile "${unknown}": kernels/ has no kernel of this name`);
}
const drivers = findDrivers();
if (typeof drivers === "string") {
  console.error(drivers);
  Deno.exit(3);
}

// Drivers read the environment of this process when they are loaded.
Deno.env.set("VK_ICD_FILENAMES", drivers.lavapipe);
const tap = new SpirvTap(await Gpu.open(), drivers.lavapipe);
const kernels: (CompiledKernel & { spirv: Uint8Array<ArrayBuffer> })[] = [];
for (const compiled of compiledKernels(records)) {
  const { kernel, constants, half } = compiled;
  if (positionals.length > 0 && !positionals.includes(kernel.name)) continue;
  kernels.push({ ...compiled, spirv: await tap.spirv(kernel, constants, half) });
}

for (const gpu of values.gpu.split(",")) {
  const compiler = new RadvCompiler(drivers.radv, gpu);
  const rows = kernels.map(({ kernel, constants, half, setting, spirv }): Row => ({
    gpu,
    kernel: kernel.name,
    constants,
    half: half.length > 0,
    setting: setting?.name ?? null,
    ...compiler.compile(kernel, spirv),
  }));
  if (values.json) rows.forEach((row) => console.log(JSON.stringify(row)));
  else printTable(compiler.name, rows);
}
// Objects of WebGPU and Vulkan are not taken down: half of them are not there.
Deno.exit(0);

function printTable(compiler: string, rows: readonly Row[]): void {
  const labels = rows.map(({ kernel, setting, half, constants }) =>
    [
      kernel,
      setting ?? "",
      half ? "f16" : "",
      ...Object.entries(constants).map(([name, value]) => `${name}=${value}`),
    ].filter(Boolean).join(" ")
  );
  const width = Math.max(...labels.map(({ length }) => length));
  const print = (label: string, cells: readonly (string | number)[]) =>
    console.log(label.padEnd(width) + cells.map((cell) => String(cell).padStart(8)).join(""));
  console.log(`\n${compiler}: registers, spilled registers, bytes of scratch of a wave,`);
  console.log("bytes of workgroup memory, waves that a SIMD can hold");
  print("kernel", ["VGPRs", "SGPRs", "spills", "scratch", "memory", "waves"]);
  rows.forEach(({ vgprs, sgprs, spills, scratch, workgroupBytes, waves }, i) =>
    print(labels[i]!, [vgprs, sgprs, spills, scratch, workgroupBytes, waves])
  );
}
