/**
 * A student as a checkpoint of the engine that its network comes from: original names and layouts, so that the engine
 * loads it, and `import` reads it back to the same bits.
 *
 * @module
 */
import type { KernelLayout } from "../nn/import/format.ts";
import { FORMATS } from "../nn/import/mod.ts";
import type { Network } from "../nn/network.ts";
import type { ParameterSpec } from "../nn/parameter_spec.ts";
import { CheckpointError, type NamedTensor } from "../nn/safetensors.ts";
import { CENTRE, type Student } from "../nn/student.ts";

/** What stands before the names of backbone and class head in an engine's checkpoints. */
interface Prefixes {
  readonly backbone: string;
  readonly classes: string;
}

/** Pointcept's segmentors call the network `backbone`; the class head of its transformers stands outside. */
const PREFIXES: Readonly<Record<Network["engine"], Prefixes>> = {
  minkowski: { backbone: "", classes: "" },
  spconv: { backbone: "backbone.", classes: "backbone." },
  pointcept: { backbone: "backbone.", classes: "" },
};

/** What to export. */
export interface StateDictOptions {
  /** Whether the heads that only students have come along, as PyTorch's linear layers; false by default. */
  readonly heads?: boolean;
}

/** A checkpoint of another engine. */
export interface ExportedState {
  /** Entries by original names. */
  readonly tensors: Map<string, NamedTensor>;
  /** The engine: what `import --from` takes. */
  readonly engine: Network["engine"];
  /** Names of the student's entries that were left out. */
  readonly left: readonly string[];
}

/**
 * Makes the state dict of a student.
 *
 * @param tensors the student's own state dict; the teacher's mean, `distillation.centre`, may be among them.
 * @throws {CheckpointError} where an entry is missing or of another shape.
 */
export function exportState(
  student: Pick<Student, "network" | "parameters">,
  tensors: ReadonlyMap<string, NamedTensor>,
  { heads = false }: StateDictOptions = {},
): ExportedState {
  const { engine } = student.network;
  const result = new Map<string, NamedTensor>();
  const left: string[] = [];
  for (const spec of student.parameters()) {
    const values = valuesOf(tensors, spec);
    const isOriginal = spec.part === "backbone" || spec.part === "classes";
    if (isOriginal) result.set(...original(spec, values, engine));
    else if (heads) result.set(...ownLinear(spec, values));
    else left.push(spec.name);
  }
  const centre = tensors.get(CENTRE);
  if (centre && heads) result.set(CENTRE, centre);
  else if (centre) left.push(CENTRE);
  return { tensors: result, engine, left };
}

/** @throws {CheckpointError} */
function valuesOf(tensors: ReadonlyMap<string, NamedTensor>, { name, shape }: ParameterSpec) {
  const tensor = tensors.get(name);
  if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
    throw new CheckpointError(
      `Cannot export the student: "${name}" must be F32 [${shape}], and ${
        tensor ? `is [${tensor.shape}]` : "is missing"
      }; check the card's backbone`,
    );
  }
  return tensor.data;
}

/** An entry under its original name. */
function original(
  spec: ParameterSpec,
  data: Float32Array,
  engine: Network["engine"],
): [string, NamedTensor] {
  const { name, kind, part, shape } = spec;
  const format = FORMATS[engine]!;
  const [layout] = Object.values(format.layouts) as [KernelLayout];
  const prefix = PREFIXES[engine][part === "classes" ? "classes" : "backbone"];
  const renamed = part === "classes" && format.classHead
    ? name.replace(/^final/, format.classHead)
    : name;
  if (kind === "bias") {
    return [prefix + renamed, { shape: format.biasIsRow ? shape : shape.slice(-1), data }];
  }
  if (kind !== "kernel") return [prefix + renamed, { shape, data }];
  return [prefix + renamed.replace(/kernel$/, format.kernelKey), {
    shape: layout.shapes(shape)[0]!,
    data: layout.fromMinkowski(data, shape),
  }];
}

/** An entry of a linear layer that no engine has, as PyTorch keeps it. */
function ownLinear(
  { name, kind, shape }: ParameterSpec,
  data: Float32Array,
): [string, NamedTensor] {
  if (kind === "bias") return [name, { shape: shape.slice(-1), data }];
  const [cin, cout] = shape as [number, number];
  const weights = FORMATS.pointcept!.layouts.KRSC!.fromMinkowski(data, [cin, cout]);
  return [name.replace(/kernel$/, "weight"), { shape: [cout, cin], data: weights }];
}
