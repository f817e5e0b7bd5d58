/**
 * Checkpoints of other engines as state dicts of ours. Every entry is accounted for: what is missing, left over
 * or of another shape is listed, and nothing comes out.
 *
 * @module
 */
import type { ParameterSpec } from "../parameters.ts";
import { CheckpointError, type NamedTensor } from "../safetensors.ts";
import type { CheckpointFormat, KernelLayout } from "./format.ts";
import { minkowski } from "./minkowski.ts";
import { spconv } from "./spconv.ts";
import { torchsparse } from "./torchsparse.ts";

/** The engines whose checkpoints can be imported. */
export const FORMATS: Readonly<Record<string, CheckpointFormat>> = {
  minkowski,
  spconv,
  torchsparse,
};

/** A checkpoint that does not fit the network; `differences` names every entry. */
export class ImportError extends CheckpointError {
  override name = "ImportError";
  constructor(message: string, readonly differences: readonly string[]) {
    super(message);
  }
}

/** What an import can be told where the file leaves it open. */
export interface ImportOptions {
  /** Name of a layout of the format. */
  readonly layout?: string | undefined;
  /** What stands before the backbone's names. */
  readonly prefix?: string | undefined;
  /** Beginnings of names that are to be left out. */
  readonly drop?: readonly string[];
}

/** What came out of a file. */
export interface Imported {
  /** In the order of the specs. */
  readonly tensors: Map<string, NamedTensor>;
  readonly prefix: string;
  readonly layout: string;
  /** Names that were left out: counters of batches, and what was to be dropped. */
  readonly ignored: readonly string[];
}

/** Differences that a message spells out. */
const SPELLED_OUT = 8;

/**
 * Reads the entries of a network out of another engine's checkpoint.
 *
 * @param specs the network's, its stem's kernel first.
 * @throws {ImportError} where an entry is missing, left over, of another shape, or not finite.
 * @throws {RangeError} for a layout that the format does not have.
 */
export function importCheckpoint(
  tensors: ReadonlyMap<string, NamedTensor>,
  format: CheckpointFormat,
  specs: readonly ParameterSpec[],
  options: ImportOptions = {},
): Imported {
  const dropped = (name: string) =>
    name.endsWith("num_batches_tracked") ||
    (options.drop ?? []).some((beginning) => name.startsWith(beginning));
  const ignored = [...tensors.keys()].filter(dropped);
  const given = new Map([...tensors].filter(([name]) => !dropped(name)));
  const prefix = options.prefix ?? findPrefix(given, format, specs[0]!);
  const differences: string[] = [];
  const used = new Set<string>();
  const found = new Map<ParameterSpec, string>();
  for (const spec of specs) {
    const candidates = namesInFile(spec, format).flatMap((name) =>
      spec.part === "backbone"
        ? [prefix + name]
        : outerPrefixes(prefix).map((outer) => outer + name)
    );
    const names = candidates.filter((name) => given.has(name));
    if (names.length === 0) differences.push(`"${candidates[0]}" is missing`);
    else if (names.length > 1) differences.push(`"${names[0]}" stands beside "${names[1]}"`);
    else found.set(spec, names[0]!);
    for (const name of names) used.add(name);
  }
  for (const name of given.keys()) if (!used.has(name)) differences.push(`"${name}" is left over`);

  const layout = options.layout ?? findLayout(format, given, found);
  const reader = Object.hasOwn(format.layouts, layout) ? format.layouts[layout] : undefined;
  if (!reader) {
    throw new RangeError(
      `Cannot read layout "${layout}": there are ${Object.keys(format.layouts).join(", ")}`,
    );
  }
  const result = new Map<string, NamedTensor>();
  for (const [spec, name] of found) {
    const tensor = given.get(name)!;
    const read = readEntry(spec, name, tensor, reader);
    if (typeof read === "string") differences.push(`"${name}" ${read}`);
    else result.set(spec.name, { shape: spec.shape, data: read });
  }
  if (differences.length > 0) throw refusal(differences);
  return { tensors: result, prefix, layout, ignored };
}

function refusal(differences: readonly string[]): ImportError {
  const more = differences.length - SPELLED_OUT;
  return new ImportError(
    `Cannot import the checkpoint: ${differences.slice(0, SPELLED_OUT).join("; ")}${
      more > 0 ? `; and ${more} more` : ""
    }`,
    differences,
  );
}

/** What stands before the stem's kernel. */
function findPrefix(
  given: ReadonlyMap<string, NamedTensor>,
  format: CheckpointFormat,
  stem: ParameterSpec,
): string {
  const [name] = namesInFile(stem, format);
  const prefixes = [...given.keys()]
    .filter((key) => key === name || key.endsWith(`.${name}`))
    .map((key) => key.slice(0, key.length - name!.length));
  if (prefixes.length === 1) return prefixes[0]!;
  if (prefixes.length > 1) {
    throw new ImportError(
      `Cannot import the checkpoint: "${name}" stands there after ${
        prefixes.map((prefix) => `"${prefix}"`).join(" and ")
      }; say which with --prefix`,
      [],
    );
  }
  const [first = "nothing"] = given.keys();
  throw new ImportError(
    `Cannot import the checkpoint: no entry is called "${name}" (the first is "${first}"); ` +
      "check --from and the card's backbone",
    [],
  );
}

/** "a.b." -> "a.b.", "a.", "": where a head may stand whose backbone stands after "a.b.". */
function outerPrefixes(prefix: string): string[] {
  const parts = prefix.split(".").slice(0, -1);
  return Array.from(
    { length: parts.length + 1 },
    (_, i) => parts.slice(0, parts.length - i).map((part) => `${part}.`).join(""),
  );
}

/**
 * The names that an entry may have in a file, the usual one first. MinkowskiEngine wraps PyTorch's batch norm
 * as `bn`, the others do not; Pointcept's second segmentor keeps the class head apart, as `seg_head`.
 */
function namesInFile({ name, kind, part }: ParameterSpec, format: CheckpointFormat): string[] {
  const dot = name.lastIndexOf(".");
  const [layer, key] = [name.slice(0, dot), name.slice(dot + 1)];
  if (kind === "kernel" || kind === "bias") {
    const own = `${layer}.${kind === "kernel" ? format.kernelKey : key}`;
    const linear = kind === "kernel" ? "weight" : "bias";
    const names = part === "classes" ? [own, `${layer}.${linear}`, `seg_head.${linear}`] : [own];
    return [...new Set(names)];
  }
  return layer.endsWith(".bn")
    ? [name, `${layer.slice(0, -".bn".length)}.${key}`]
    : [name, `${layer}.bn.${key}`];
}

/** The one layout in which all kernels have the shapes of the file; the usual one where none fits. */
function findLayout(
  format: CheckpointFormat,
  given: ReadonlyMap<string, NamedTensor>,
  found: ReadonlyMap<ParameterSpec, string>,
): string {
  const kernels = [...found].filter(([{ kind }, name]) =>
    kind === "kernel" && !isLinear(name, given.get(name)!)
  );
  const fitting = Object.entries(format.layouts).filter(([, layout]) =>
    kernels.every(([spec, name]) => hasShape(given.get(name)!, layout.shapes(spec.shape)))
  ).map(([name]) => name);
  if (fitting.length > 1) {
    throw new ImportError(
      `Cannot import the checkpoint: its shapes fit the layouts ${fitting.join(" and ")}; say ` +
        "which with --layout",
      [],
    );
  }
  return fitting[0] ?? Object.keys(format.layouts)[0]!;
}

function hasShape({ shape }: NamedTensor, shapes: readonly (readonly number[])[]): boolean {
  return shapes.some((candidate) => candidate.join() === shape.join());
}

/** Whether an entry is the weight of PyTorch's own linear layer, [Cout, Cin]. */
function isLinear(name: string, { shape }: NamedTensor): boolean {
  return name.endsWith(".weight") && shape.length === 2;
}

/** The numbers of an entry as we keep them, or what is wrong with it. */
function readEntry(
  spec: ParameterSpec,
  name: string,
  tensor: NamedTensor,
  layout: KernelLayout,
): Float32Array | string {
  const { shape, data } = tensor;
  if (!(data instanceof Float32Array)) return "holds whole numbers, not floats";
  if (!data.every(Number.isFinite)) return "holds numbers that are not finite";
  if (spec.kind !== "kernel") {
    const [last] = spec.shape.slice(-1);
    const shapes = spec.kind === "bias" ? [[1, last!], [last!]] : [[last!]];
    return hasShape(tensor, shapes) ? data : `is [${shape}], not [${shapes[0]}]`;
  }
  const [cin, cout] = spec.shape.slice(-2) as [number, number];
  if (spec.part === "classes" && isLinear(name, tensor)) {
    return hasShape(tensor, [[cout, cin]])
      ? transposed(data, cin, cout)
      : `is [${shape}], not [${[cout, cin]}]`;
  }
  const shapes = layout.shapes(spec.shape);
  return hasShape(tensor, shapes)
    ? layout.toMinkowski(data, spec.shape)
    : `is [${shape}], not [${shapes[0]}]`;
}

/** [Cout, Cin] as [Cin, Cout]. */
function transposed(data: Float32Array, cin: number, cout: number): Float32Array {
  return data.map((_, i) => data[i % cout * cin + Math.floor(i / cout)]!);
}
