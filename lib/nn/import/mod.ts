/**
 * Import of checkpoints of other engines. Every entry is accounted for: if one is missing, left over or of another shape,
 * the import fails and lists all such entries.
 *
 * @module
 */
import type { ParameterSpec } from "../parameter_spec.ts";
import type { ForeignTensor, NamedTensor } from "../safetensors.ts";
import { findLayout, readEntry } from "./entries.ts";
import type { CheckpointFormat } from "./format.ts";
import { ImportError } from "./import_error.ts";
import { minkowski } from "./minkowski.ts";
import { candidateNames, findPrefix } from "./names.ts";
import { pointcept } from "./pointcept.ts";
import { spconv } from "./spconv.ts";
import { torchsparse } from "./torchsparse.ts";

export { ImportError };

/** The engines whose checkpoints can be imported. */
export const FORMATS: Readonly<Record<string, CheckpointFormat>> = {
  minkowski,
  pointcept,
  spconv,
  torchsparse,
};

/** Settings of an import, for what a file leaves open. */
export interface ImportOptions {
  /** Name of a layout of the format; by default the one that fits all shapes. */
  readonly layout?: string | undefined;
  /** Prefix of the backbone's names; by default the one before the stem's kernel. */
  readonly prefix?: string | undefined;
  /** Prefixes of names to leave out. */
  readonly drop?: readonly string[];
}

/** The result of an import. */
export interface Imported {
  /** Our state dict, in the order of the specs. */
  readonly tensors: Map<string, NamedTensor>;
  /** Prefix of the backbone's names in the file. */
  readonly prefix: string;
  /** Name of the file's layout. */
  readonly layout: string;
  /** Names that were left out: counters of batches, and those to drop. */
  readonly ignored: readonly string[];
}

/** Differences that a message lists. */
const MOST_LISTED = 8;

/**
 * Converts another engine's checkpoint to a state dict of ours.
 *
 * @param tensors the entries of the file.
 * @param specs entries of the network, with the stem's kernel first.
 * @throws {ImportError} where an entry is missing, left over, of another shape or type, not finite, or of an unsupported kind.
 * @throws {RangeError} where the format does not have the given layout.
 */
export function importCheckpoint(
  tensors: ReadonlyMap<string, ForeignTensor>,
  format: CheckpointFormat,
  specs: readonly ParameterSpec[],
  options: ImportOptions = {},
): Imported {
  const isKnown = (name: string) => specs.some((spec) => name.endsWith(spec.name));
  const dropped = (name: string) =>
    name.endsWith("num_batches_tracked") || (format.isIgnored?.(name) && !isKnown(name)) ||
    (options.drop ?? []).some((beginning) => name.startsWith(beginning));
  const ignored = [...tensors.keys()].filter(dropped);
  const given = new Map([...tensors].filter(([name]) => !dropped(name)));
  for (const name of given.keys()) if (!isKnown(name)) refuseUnsupported(name, format);
  const prefix = options.prefix ?? findPrefix(given, format, specs[0]!);
  // Without what it computes with, a network says something else, whoever drops it.
  const parts = new Set(specs.map(({ name }) => name.split(".")[0]));
  for (const name of ignored) {
    const isInNetwork = name.startsWith(prefix) &&
      parts.has(name.slice(prefix.length).split(".")[0]);
    if (isInNetwork && !isKnown(name)) refuseUnsupported(name, format, "; --drop cannot mend it");
  }
  const { found, differences } = findEntries(given, format, specs, prefix);
  const layout = options.layout ?? findLayout(format, given, found);
  const reader = Object.hasOwn(format.layouts, layout) ? format.layouts[layout] : undefined;
  if (!reader) {
    throw new RangeError(
      `Cannot read layout "${layout}": the format does not have it; take one of ${
        Object.keys(format.layouts).join(", ")
      }`,
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

/** @throws {ImportError} where an entry belongs to what the network does not have. */
function refuseUnsupported(name: string, format: CheckpointFormat, more = ""): void {
  const what = format.unsupported?.(name) ?? null;
  if (what === null) return;
  throw new ImportError(`Cannot import the checkpoint: "${name}" belongs to ${what}${more}`);
}

/** Finds the name of every entry in a file, and lists what is missing, ambiguous or left over. */
function findEntries(
  given: ReadonlyMap<string, ForeignTensor>,
  format: CheckpointFormat,
  specs: readonly ParameterSpec[],
  prefix: string,
): { found: Map<ParameterSpec, string>; differences: string[] } {
  const differences: string[] = [];
  const used = new Set<string>();
  const found = new Map<ParameterSpec, string>();
  for (const spec of specs) {
    const candidates = candidateNames(spec, format, prefix);
    const [name, other] = candidates.filter((candidate) => given.has(candidate));
    if (name === undefined) differences.push(`"${candidates[0]}" is missing`);
    else if (other !== undefined) differences.push(`"${name}" stands beside "${other}"`);
    else found.set(spec, name);
    for (const candidate of candidates) used.add(candidate);
  }
  for (const name of given.keys()) if (!used.has(name)) differences.push(`"${name}" is left over`);
  return { found, differences };
}

function refusal(differences: readonly string[]): ImportError {
  const more = differences.length - MOST_LISTED;
  return new ImportError(
    `Cannot import the checkpoint: ${differences.slice(0, MOST_LISTED).join("; ")}${
      more > 0 ? `; and ${more} more` : ""
    }`,
    differences,
  );
}
