/**
 * A training run in a file, while it is not finished: weights, what the optimizer remembers, and where the random numbers
 * are. A run that is cut off goes on from there, and ends with the bits of one that was not.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { AdamWState } from "../nn/adamw.ts";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../nn/safetensors.ts";
import type { RandomState } from "../random/random.ts";

/** A run after some of its steps. */
export interface UnfinishedRun {
  /** Weights and running statistics, by name. */
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** What the optimizer remembers; its steps are those of the run. */
  readonly optimizer: AdamWState;
  /** Scenes that are left of the present epoch, the next one last. */
  readonly order: readonly number[];
  /** The streams of random numbers. */
  readonly streams: { readonly scenes: RandomState; readonly masks: RandomState };
}

/** Where the optimizer's moments are among the tensors. */
const MOMENTS = { first: "first moments", second: "second moments" } as const;

/** All but the tensors, as JSON. */
interface Header {
  readonly identity: string;
  readonly step: number;
  readonly order: readonly number[];
  readonly streams: UnfinishedRun["streams"];
}

/** Text that is the same for runs that take the same steps. */
export function runIdentity(
  settings: unknown,
  weights: ReadonlyMap<string, NamedTensor>,
): string {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const [name, { data }] of weights) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

/**
 * Reads an unfinished run; null where there is no such file.
 *
 * @throws {TypeError} where the file holds a run that takes other steps.
 * @throws {CheckpointError} where it is no such file.
 */
export async function readUnfinished(
  path: string,
  identity: string,
): Promise<UnfinishedRun | null> {
  let bytes: Uint8Array;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const { tensors, metadata } = readSafetensors(bytes, path);
  const header = JSON.parse(metadata.unfinished ?? "{}") as Partial<Header>;
  if (header.identity !== identity) {
    throw new TypeError(
      `Cannot train: ${path} holds an unfinished run of other settings, scenes or first weights; remove it, or ` +
        "write the checkpoint to another file",
    );
  }
  const { step, order, streams } = header as Header;
  const moment = (name: string) => tensors.get(name)!.data as Float32Array;
  const optimizer = { step, first: moment(MOMENTS.first), second: moment(MOMENTS.second) };
  const weights = new Map(tensors);
  for (const name of Object.values(MOMENTS)) weights.delete(name);
  return { tensors: weights, optimizer, order, streams };
}

/** Writes an unfinished run in place of an earlier one; a reader finds the one or the other, whole. */
export async function writeUnfinished(
  path: string,
  identity: string,
  { tensors, optimizer: { step, first, second }, order, streams }: UnfinishedRun,
): Promise<void> {
  const header: Header = { identity, step, order, streams };
  const bytes = writeSafetensors({
    tensors: new Map([
      ...tensors,
      [MOMENTS.first, { shape: [first.length], data: first }],
      [MOMENTS.second, { shape: [second.length], data: second }],
    ]),
    metadata: { unfinished: JSON.stringify(header) },
  });
  await Deno.writeFile(`${path}.part`, bytes);
  await Deno.rename(`${path}.part`, path);
}

/** Removes the file of a run that has been finished, if there is one. */
export async function removeUnfinished(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
