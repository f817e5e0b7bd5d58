/** `doctor`: what is here, what is missing, and the command that mends it. */
import { readFile } from "node:fs/promises";
import { defineCommand } from "../cli/args.ts";
import { lacksAvx512 } from "../cli/driver.ts";
import { MODEL_OPTIONS } from "../cli/engine.ts";
import { Gpu } from "../gpu/mod.ts";
import { columns } from "../terminal/format.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { DEFAULT_STUDENT, readStudent } from "../models/students.ts";
import { DEFAULT_TEACHER, readTeacher } from "../models/teachers.ts";
import { teachersIn } from "./teachers.ts";

/** What one look found. */
interface Finding {
  what: string;
  /** What was found; null where it is missing. */
  found: string | null;
  /** The command that mends it; an optional thing has none. */
  mend?: string;
}

export const command = defineCommand({
  name: "doctor",
  summary: "Says what is here, what is missing and how to mend it",
  positionals: [],
  options: MODEL_OPTIONS,
  async run({ student = DEFAULT_STUDENT, teacher = DEFAULT_TEACHER }) {
    const folder = modelsFolder();
    const findings = [
      { what: "deno", found: `${Deno.version.deno} (${Deno.build.target})` },
      ...await lookAtGpu(),
      await look(
        "student",
        "deno task train CONFIG.json --out FILE, or --student FILE",
        async () => {
          const { card } = await readStudent(student);
          return `${card.id}: ${card.backbone}, ${card.classes.length} classes, voxels of ${card.voxelSize} m (${student})`;
        },
      ),
      await look("teacher", "restore fixtures/teachers, or --teacher FILE", async () => {
        const { card, onnx } = await readTeacher(teacher);
        return `${card.id}: width ${card.width}, ${onnx.length} bytes (${teacher})`;
      }),
      {
        what: "public teachers",
        found: `${(await teachersIn(folder)).join(", ") || "none"} in ${folder} ` +
          "(optional; deno task teachers lists them)",
      },
    ];
    const rows = findings.map(({ what, found, mend }) =>
      [what, found ?? `missing; mend: ${mend}`] as const
    );
    console.log(columns(rows).join("\n"));
    const missing = findings.filter(({ found }) => found === null);
    if (missing.length > 0) {
      throw new Error(
        `Cannot label scans yet: missing ${missing.map(({ what }) => what).join(", ")}`,
      );
    }
  },
});

async function lookAtGpu(): Promise<Finding[]> {
  const looked = await Gpu.open().catch((error: Error) => error);
  if (looked instanceof Error) return [{ what: "GPU", found: null, mend: "deno task setup" }];
  using gpu = looked;
  const limit = (name: keyof GPUSupportedLimits): Finding => ({
    what: name,
    found: `${gpu.limits[name]}`,
  });
  return [
    {
      what: "GPU",
      found: gpu.adapterName + (gpu.isSoftware ? await softwareRemark() : ""),
    },
    limit("maxBufferSize"),
    limit("maxStorageBufferBindingSize"),
    limit("maxStorageBuffersPerShaderStage"),
    limit("maxComputeWorkgroupStorageSize"),
    limit("maxComputeInvocationsPerWorkgroup"),
    ...(["timestamp-query", "shader-f16"] as const).map((feature) => ({
      what: feature,
      found: gpu.features.has(feature) ? "yes" : "no (optional)",
    })),
  ];
}

async function softwareRemark(): Promise<string> {
  const cpuinfo = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return ` (software: slow, but right${
    lacksAvx512(cpuinfo) ? "; slower still on this CPU, which has no AVX-512" : ""
  })`;
}

async function look(what: string, mend: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { what, found: await find() };
  } catch (error) {
    return { what, found: null, mend: `${mend} (${(error as Error).message})` };
  }
}
