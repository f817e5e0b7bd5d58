/** `doctor`: reports what is installed, what is missing, and the commands that mend it. */
import { taskCommand } from "../terminal/task_command.ts";
import { readFile } from "node:fs/promises";
import { defineCommand } from "../cli/args.ts";
import { lacksAvx512 } from "../cli/driver.ts";
import {
  kernelChoice,
  KERNELS_OPTION,
  MODEL_OPTIONS,
  modelChoice,
  PRECISION_OPTION,
  precisionChoice,
} from "../cli/engine.ts";
import { Gpu, inPrecision, type KernelChoice, type RowPrecision } from "../gpu/mod.ts";
import { chooseKernels, KernelError } from "../kernel_choice/mod.ts";
import { columns } from "../terminal/format.ts";
import { usualMemory } from "../serving/files/memory.ts";
import { modelsFolder } from "../teacher/mod.ts";
import { DEFAULT_STUDENTS, readStudent } from "../models/students.ts";
import { readTeacher } from "../models/teachers.ts";
import { teachersIn } from "./teachers.ts";

/** The result of one check. */
interface Finding {
  what: string;
  /** What was found; null where something is missing. */
  found: string | null;
  /** The command that mends it; absent where nothing has to be mended. */
  mend?: string;
}

export const command = defineCommand({
  name: "doctor",
  summary: "Reports the GPU and the models found, and how to mend what is missing",
  positionals: [],
  options: {
    student: MODEL_OPTIONS.student,
    teacher: MODEL_OPTIONS.teacher,
    kernels: KERNELS_OPTION,
    precision: PRECISION_OPTION,
  },
  async run(values) {
    const { students = DEFAULT_STUDENTS, teacher } = modelChoice({
      ...values,
      "block-voxels": undefined,
    });
    const folder = modelsFolder();
    const findings = [
      { what: "deno", found: `${Deno.version.deno} (${Deno.build.target})` },
      {
        what: "memory",
        found: `${Math.floor(await usualMemory() / 2 ** 20)} MiB for scans and answers ` +
          `(\`${taskCommand("start --memory MIB")}\` sets another amount)`,
      },
      { what: "open files", found: await openFiles() },
      ...await checkGpu(kernelChoice(values.kernels), precisionChoice(values.precision)),
      ...(await Promise.all(students.map((student) => checkModels(student, teacher)))).flat(),
      {
        what: "public teachers",
        found: `${(await teachersIn(folder)).join(", ") || "none"} in ${folder} ` +
          `(optional; \`${taskCommand("teachers")}\` lists them)`,
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

/** Tells how many files and connections a server may have open. */
async function openFiles(): Promise<string> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  const [, most] = /^Max open files\s+(\S+)/m.exec(limits) ?? [];
  return most === undefined
    ? "as many as the system allows"
    : `${most} at most, connections included (\`ulimit -n\` sets another limit)`;
}

/** Checks a student, and the teacher that it needs. */
async function checkModels(student: string, given: string | undefined): Promise<Finding[]> {
  let teacher = given;
  const found = await check(
    "student",
    `${taskCommand("train CONFIG.json --out FILE")}, or give --student FILE`,
    async () => {
      const { card } = await readStudent(student);
      teacher ??= card.teacher?.id;
      return `${card.id}: ${card.backbone}, ${card.classes.length} classes, voxels of ${card.voxelSize} m (${student})`;
    },
  );
  if (teacher === undefined) return [found];
  const name = teacher;
  return [
    found,
    await check("teacher", "restore fixtures/teachers, or give --teacher FILE", async () => {
      const { card, onnx } = await readTeacher(name);
      return `${card.id}: width ${card.width}, ${onnx.length} bytes (${name})`;
    }),
  ];
}

async function checkGpu(choice: KernelChoice, precision: RowPrecision): Promise<Finding[]> {
  const opened = await Gpu.open({ kernels: choice, precision }).catch((error: Error) => error);
  if (opened instanceof Error) return [{ what: "GPU", found: null, mend: taskCommand("setup") }];
  using gpu = opened;
  const limit = (name: keyof GPUSupportedLimits): Finding => ({
    what: name,
    found: `${gpu.limits[name]}`,
  });
  return [
    {
      what: "GPU",
      found: gpu.adapterName + (gpu.isSoftware ? await softwareRemark() : ""),
    },
    ...await checkKernels(gpu, choice),
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

/** Checks which matrix kernels the GPU runs, and which are wrong on it. */
async function checkKernels(gpu: Gpu, choice: KernelChoice): Promise<Finding[]> {
  const tune = `${taskCommand("bench --tune")}`;
  try {
    const { notes, leftOut } = await chooseKernels(gpu, choice, undefined, true);
    const { name } = gpu.kernels;
    const reason = choice !== "auto"
      ? `asked for by --kernels ${choice}`
      : notes.fastest === inPrecision(gpu.kernels, "f32").name
      ? "measured to be the fastest here"
      : `by the adapter's name; \`${tune}\` measures which are the fastest`;
    return [
      { what: "kernels", found: `${name}, self-check passed (${reason})` },
      ...leftOut.map(({ name, fault }) => ({
        what: "kernels left out",
        found: `${name}: wrong on this driver, ${fault}`,
      })),
    ];
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    return [{ what: "kernels", found: null, mend: error.message }];
  }
}

async function softwareRemark(): Promise<string> {
  const cpuinfo = await readFile("/proc/cpuinfo", "utf8").catch(() => "");
  return ` (software: correct but slow${
    lacksAvx512(cpuinfo) ? ", and slower still on this CPU, which lacks AVX-512" : ""
  })`;
}

async function check(what: string, mend: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { what, found: await find() };
  } catch (error) {
    return { what, found: null, mend: `${mend} (${(error as Error).message})` };
  }
}
