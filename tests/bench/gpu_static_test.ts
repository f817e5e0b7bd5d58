/** What the compiler of AMD GPUs makes of the kernels. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { kernelFolders } from "../gpu/kernel_folders.ts";
import { findDrivers } from "./gpu_static/drivers.ts";
import type { Row } from "./gpu_static/main.ts";

const MAIN = fileURLToPath(new URL("gpu_static/main.ts", import.meta.url));

/** Waves that a SIMD has to hold of each matrix kernel, so that some compute while others wait for memory. */
const LEAST_WAVES: Record<string, number> = { NAVI21: 8, GFX1100: 8, VEGA20: 3 };
const MOST_REGISTERS = 128;
/** The family on which the other kernels are compiled: the one that spills first. */
const STRICTEST = "GFX1100";
/** These run on CPUs alone; `gemm_wide` stands for those that take long to compile because they spill. */
const LEFT_OUT = [
  ...[
    "conv",
    "conv_narrow",
    "conv_narrow_statistics",
    "conv_statistics",
    "conv_weight_gradient",
    "gemm",
    "gemm_weight_gradient",
  ],
  ...["attention", "attention_key_gradient", "attention_query_gradient"],
];

const drivers = findDrivers();
if (typeof drivers === "string") console.log(`What GPUs make of kernels is left out. ${drivers}`);

async function compile(gpu: string, names: readonly string[]): Promise<Row[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", MAIN, "--json", "--gpu", gpu, ...names],
    env: { NO_COLOR: "1" },
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  const rows = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line): Row => JSON.parse(line));
  for (const family of gpu.split(",")) {
    const compiled = rows.filter((row) => row.gpu === family).map(({ kernel }) => kernel);
    assert.deepEqual(new Set(compiled), new Set(names), family);
  }
  return rows;
}

Deno.test({
  name: "kernels that run on GPUs spill no register there, and leave room for other waves",
  ignore: typeof drivers === "string",
  fn: async () => {
    const names = (await kernelFolders()).flatMap((folder) => folder.records)
      .map(({ name }) => name);
    const hardware = names.filter((name) => name.endsWith("_tiled"));
    const others = names.filter((name) => !hardware.includes(name) && !LEFT_OUT.includes(name));
    const [tiled, rest] = await Promise.all([
      compile(Object.keys(LEAST_WAVES).join(), hardware),
      compile(STRICTEST, others),
    ]);

    // What is shaped for CPUs spills: were that not seen, no other spill would be.
    const software = rest.filter(({ setting }) => setting === "software");
    assert.ok(software.some(({ spills, scratch }) => spills > 100 && scratch > 0));

    assert.ok(tiled.every(({ setting }) => setting?.startsWith("hardware")));
    const onGpus = [...tiled, ...rest.filter((row) => !software.includes(row))];
    const wrong = [
      ...onGpus.filter(({ spills, scratch }) => spills > 0 || scratch > 0),
      ...tiled.filter(({ gpu, vgprs, waves }) =>
        vgprs > MOST_REGISTERS || waves < LEAST_WAVES[gpu]!
      ),
    ];
    assert.equal(wrong.length, 0, wrong.map(shown).join("\n"));
  },
});

function shown({ gpu, kernel, setting, half, constants, ...placement }: Row): string {
  return [
    gpu,
    kernel,
    setting,
    half ? "f16" : "",
    JSON.stringify(constants),
    JSON.stringify(placement),
  ].join(" ");
}
