/**
 * The names that the entries of a network have in another engine's checkpoint.
 *
 * @module
 */
import type { ParameterSpec } from "../parameter_spec.ts";
import type { ForeignTensor } from "../safetensors.ts";
import type { CheckpointFormat } from "./format.ts";
import { ImportError } from "./import_error.ts";

/** Gives all names that an entry may have in a file. */
export function candidateNames(
  spec: ParameterSpec,
  format: CheckpointFormat,
  prefix: string,
): string[] {
  const prefixes = spec.part === "backbone" ? [prefix] : outerPrefixes(prefix);
  return namesInFile(spec, format).flatMap((name) => prefixes.map((before) => before + name));
}

/**
 * Finds the prefix of the backbone's names: what stands before the name of the stem's kernel.
 *
 * @throws {ImportError} where there is no such kernel, or more than one.
 */
export function findPrefix(
  given: ReadonlyMap<string, ForeignTensor>,
  format: CheckpointFormat,
  stem: ParameterSpec,
): string {
  const [name = ""] = namesInFile(stem, format);
  const prefixes = [...given.keys()]
    .filter((key) => key === name || key.endsWith(`.${name}`))
    .map((key) => key.slice(0, key.length - name.length));
  if (prefixes.length === 1) return prefixes[0]!;
  if (prefixes.length > 1) {
    throw new ImportError(
      `Cannot import the checkpoint: "${name}" occurs with the prefixes ${
        prefixes.map((prefix) => `"${prefix}"`).join(" and ")
      }; say which with --prefix`,
    );
  }
  const [first = "nothing"] = given.keys();
  throw new ImportError(
    `Cannot import the checkpoint: no entry is called "${name}" (the first is "${first}"); ` +
      "check --from and the card's backbone",
  );
}

/** Gives the prefixes that a head may have whose backbone has this one: "a.b." -> "a.b.", "a.", "". */
function outerPrefixes(prefix: string): string[] {
  const parts = prefix.split(".").slice(0, -1);
  return Array.from(
    { length: parts.length + 1 },
    (_, i) => parts.slice(0, parts.length - i).map((part) => `${part}.`).join(""),
  );
}

/**
 * Gives the names that an entry may have after its prefix, the usual one first. MinkowskiEngine wraps PyTorch's batch norm
 * as `bn`, the others do not; one of Pointcept's segmentors keeps the class head apart, as `seg_head`.
 */
function namesInFile({ name, kind, part }: ParameterSpec, format: CheckpointFormat): string[] {
  const dot = name.lastIndexOf(".");
  const [layer, key] = [name.slice(0, dot), name.slice(dot + 1)];
  if (kind === "kernel" || kind === "bias") {
    const own = `${layer}.${kind === "kernel" ? format.kernelKey : key}`;
    const linear = kind === "kernel" ? "weight" : "bias";
    if (part === "classes" && format.classHead) return [`${format.classHead}.${linear}`];
    const names = part === "classes" ? [own, `${layer}.${linear}`, `seg_head.${linear}`] : [own];
    return [...new Set(names)];
  }
  return layer.endsWith(".bn")
    ? [name, `${layer.slice(0, -".bn".length)}.${key}`]
    : [name, `${layer}.bn.${key}`];
}
