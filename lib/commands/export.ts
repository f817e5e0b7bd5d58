/** `export`: writes a student for other programs. */
import { basename, extname } from "node:path";
import { defineCommand, UsageError } from "../cli/args.ts";
import { checkOutputs } from "../cli/outputs.ts";
import { bareScan, readScanOf } from "../cli/scan_files.ts";
import { exportOnnx, ONNX_PARTS, type OnnxStudent } from "../export/onnx_student.ts";
import { encodeNpz, scanInputs } from "../export/scan_inputs.ts";
import { exportState } from "../export/state_dict.ts";
import { readStudent, type StudentFile, studentPath } from "../models/students.ts";
import { type NamedTensor, writeSafetensors } from "../nn/safetensors.ts";
import { CENTRE, Student } from "../nn/student.ts";
import { writeTorch } from "../nn/torch/mod.ts";
import type { ModelValue } from "../onnx/onnx_writer.ts";
import { LENGTH_UNITS, UP_AXES } from "../scan/mod.ts";
import { segmentOptions } from "../segment/options.ts";

/** What a student can be exported to, with the ending of its file. */
const ENDINGS: Readonly<Record<string, string>> = {
  torch: ".pth",
  safetensors: ".original.safetensors",
  onnx: ".onnx",
};

const STATISTICS = ["running", "scan"] as const;

export const command = defineCommand({
  name: "export",
  summary: "Writes a student for PyTorch, under its network's original names, or as ONNX",
  positionals: ["STUDENT"],
  options: {
    to: {
      type: "string",
      value: "FORMAT",
      about: `format to write: ${Object.keys(ENDINGS).join(", ")} (required)`,
    },
    out: {
      type: "string",
      value: "FILE",
      about: "file to write",
      otherwise: "the student's name with .pth, .original.safetensors or .onnx",
    },
    heads: {
      type: "boolean",
      about: "of torch and safetensors: write the heads for the teacher's features, too",
    },
    part: {
      type: "string",
      value: "NAME",
      about: `of onnx: what to write: ${ONNX_PARTS.join(", ")}`,
      otherwise: "network",
    },
    statistics: {
      type: "string",
      value: "NAME",
      about: "of onnx: what batch norm normalises by: running (of training) or scan (its own)",
      otherwise: "running",
    },
    scan: {
      type: "string",
      value: "FILE",
      about: "of onnx: scan whose inputs are written beside the file, as .npz",
    },
    unit: {
      type: "string",
      value: "NAME|METRES",
      about: `unit of the scan's coordinates: auto, ${
        Object.keys(LENGTH_UNITS).join(", ")
      }, or the metres of one unit, such as 0.37`,
      otherwise: "auto: what the file says, else metre",
    },
    up: {
      type: "string",
      value: "AXIS",
      about: `axis of the scan that points up: auto, ${UP_AXES.join(", ")}`,
      otherwise: "auto: z for LAS, else a guess",
    },
  },
  async run(values, [given = ""]) {
    const { to = "", out, heads, part, statistics, scan } = values;
    choice("to", to, Object.keys(ENDINGS));
    refuseOthers(to, values);
    const path = out ?? basename(studentPath(given), extname(studentPath(given))) + ENDINGS[to];
    const beside = (ending: string) => path.slice(0, path.length - extname(path).length) + ending;
    const inputs = [studentPath(given), ...scan === undefined ? [] : [scan]];
    if (to !== "onnx") {
      await checkOutputs([path, beside(".json")], inputs);
      return await writeState(await readStudent(given), path, beside(".json"), to, heads);
    }
    const arrays = scan === undefined ? undefined : beside(".npz");
    await checkOutputs([path, arrays], inputs);
    const file = await readStudent(given);
    const student = new Student(file.card);
    const exported = exportOnnx(
      student,
      allTensors(file),
      choice("part", part ?? "network", ONNX_PARTS),
      choice("statistics", statistics ?? "running", STATISTICS),
    );
    await Deno.writeFile(path, exported.onnx);
    console.log(`${path}: ${file.card.id}, ${file.card.backbone}, ${part ?? "network"}`);
    printSignature(exported);
    if (scan === undefined || arrays === undefined) return;
    const options = segmentOptions(
      { method: "source", unit: values.unit ?? "auto", up: values.up ?? "auto" },
      false,
    );
    const request = { scan: await readScanOf(bareScan(scan)), photos: [], cameras: [], options };
    const made = scanInputs(request, file.card, student.network, exported.tables);
    for (const { text } of made.warnings) console.error(`warning: ${text}`);
    await Deno.writeFile(arrays, encodeNpz(made.arrays));
    console.log(`${arrays}: ${made.voxels} voxels, ${made.arrays.size} arrays`);
  },
});

/** @throws {UsageError} where a value is none of those that there are. */
function choice<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`Cannot set --${name} to '${value}': there are ${known.join(", ")}`);
}

/** @throws {UsageError} where an option belongs to another format, or to a scan that is not given. */
function refuseOthers(to: string, values: Record<string, string | boolean | undefined>): void {
  const refuse = (name: string, what: string) => {
    throw new UsageError(`Cannot set --${name}: it is of ${what}`);
  };
  const { heads, part, scan } = values;
  if (to === "onnx" && heads) refuse("heads", "--to torch and safetensors");
  for (const name of ["part", "statistics", "scan"]) {
    if (to !== "onnx" && values[name] !== undefined) refuse(name, "--to onnx");
  }
  for (const name of ["unit", "up"]) {
    if (scan === undefined && values[name] !== undefined) refuse(name, "--scan");
  }
  if (scan !== undefined && part !== undefined && part !== "network") {
    refuse("scan", "--part network: no other part reads a scan");
  }
}

/** The state dict with the teacher's mean. */
function allTensors({ tensors, centre }: StudentFile): Map<string, NamedTensor> {
  const all = new Map<string, NamedTensor>(tensors);
  if (centre) all.set(CENTRE, { shape: [1, centre.length], data: centre });
  return all;
}

async function writeState(
  file: StudentFile,
  path: string,
  cardPath: string,
  to: string,
  heads: boolean,
): Promise<void> {
  const { card } = file;
  const exported = exportState(new Student(card), allTensors(file), { heads });
  const bytes = to === "torch"
    ? writeTorch(exported.tensors)
    : writeSafetensors({ tensors: exported.tensors, metadata: {} });
  await Deno.writeFile(path, bytes);
  // No engine's checkpoint has heads for a teacher, so import wants a card without one.
  const { teacher: _, reconstruction: __, ...rest } = card;
  await Deno.writeTextFile(cardPath, JSON.stringify({ ...rest, teacher: null }, null, 2) + "\n");
  const { engine, left, tensors } = exported;
  console.log(
    `${path}: ${card.id}, ${card.backbone}, ${tensors.size} entries as ${engine} names them`,
  );
  if (left.length > 0) {
    console.log(
      `left out, since the original network has none (--heads keeps them): ${left.join(", ")}`,
    );
  }
  const drop = heads ? " --drop distillation,probe,reconstruction" : "";
  console.log(`way back: import ${path} --from ${engine} --card ${cardPath}${drop}`);
}

/** Prints what goes into a file and what comes out. */
function printSignature({ inputs, outputs }: OnnxStudent): void {
  const print = (what: string, { name, dims, elements = "float32" }: ModelValue) =>
    console.log(`  ${what} ${name}: ${elements} [${dims.join(", ")}]`);
  for (const value of inputs) print("in ", value);
  for (const value of outputs) print("out", value);
}
