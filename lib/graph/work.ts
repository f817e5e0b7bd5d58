/**
 * What the launches of a graph have to do at least: multiply-adds, and bytes that pass between the GPU and its memory.
 * It is counted from shapes and pair lists, without running anything.
 *
 * @module
 */
import type { Extent, Launch } from "../gpu/mod.ts";
import type { Tensor } from "./tensor.ts";

/** The work of one launch. */
export interface LaunchWork {
  /** Multiply-adds; an addition or a product alone counts as one. */
  readonly multiplyAdds: number;
  /** Bytes that it reads, each of them once. */
  readonly bytesRead: number;
  /** Bytes that it writes, each of them once. */
  readonly bytesWritten: number;
}

/**
 * Counts the work of one launch of a graph.
 *
 * @throws {TypeError} where the record of its kernel does not say what work it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SOFTWARE_SETTING } from "../gpu/mod.ts";
 * import { Graph } from "./graph.ts";
 * import { concatenate } from "./ops/concatenation.ts";
 *
 * const graph = new Graph(SOFTWARE_SETTING);
 * concatenate(graph, graph.tensor("a", 100, 3), graph.tensor("b", 100, 4));
 * // Rows of three channels are stored as four, and rows of seven as eight.
 * assert.deepEqual(launchWork(graph.launches[0]!), {
 *   multiplyAdds: 0,
 *   bytesRead: 3200,
 *   bytesWritten: 3200,
 * });
 * ```
 */
export function launchWork(launch: Launch<Tensor>): LaunchWork {
  const { kernel, bindings } = launch;
  const { work } = kernel;
  if (!work) {
    throw new TypeError(`Cannot count the work of ${kernel.name}: its record does not say it`);
  }
  // Launches without a bias bind the weights twice.
  const distinct = (isWritten: boolean) =>
    new Set(bindings.filter((_, i) => (kernel.bindings[i] === "write") === isWritten));
  const sized = { ...launch, bindings: bindings.map(extentOf) };
  return {
    multiplyAdds: work.multiplyAdds(sized),
    bytesRead: work.bytesRead?.(sized) ?? bytesOf(distinct(false)),
    bytesWritten: bytesOf(distinct(true)),
  };
}

/** Launches that could be one: the first, and fusable ones that work on the rows which it makes. */
interface Pass {
  /** Rows that it makes. */
  readonly rows: number;
  /** What it reads that was made before. */
  readonly read: Set<Tensor>;
  readonly written: Set<Tensor>;
  /** Bytes of what is updated in place, which are read as well. */
  updated: number;
}

/**
 * Counts the bytes that a graph has to move at least, however its launches are fused: each tensor that cannot stay
 * within one pass over the rows is written once, and read once by each pass that needs it.
 *
 * A fusable launch joins the pass that makes its rows, unless it needs more of that pass than these rows, such as a
 * sum over all of them. What only launches of one pass use takes no bytes.
 */
export function leastBytes(launches: readonly Launch<Tensor>[]): number {
  const passes: Pass[] = [];
  const madeBy = new Map<Tensor, number>();
  for (const launch of launches) {
    const { kernel, bindings } = launch;
    const read = bindings.filter((_, i) => kernel.bindings[i] !== "write");
    const written = bindings.filter((_, i) => kernel.bindings[i] === "write");
    const index = passOf(launch, passes, madeBy) ??
      passes.push({ rows: written[0]!.rows, read: new Set(), written: new Set(), updated: 0 }) - 1;
    const pass = passes[index]!;
    for (const tensor of read) if (!pass.written.has(tensor)) pass.read.add(tensor);
    for (const tensor of written) {
      pass.written.add(tensor);
      madeBy.set(tensor, index);
    }
    const { bytesRead } = launchWork(launch);
    pass.updated += Math.max(0, bytesRead - bytesOf(new Set(read)));
  }
  const needed = new Set(passes.flatMap(({ read }) => [...read]));
  return passes.reduce((sum, { read, written, updated }) => {
    const leaving = [...written].filter((tensor) => tensor.binding || needed.has(tensor));
    return sum + bytesOf(read) + bytesOf(leaving) + updated;
  }, 0);
}

/** The pass that a launch can be part of; undefined where it needs one of its own. */
function passOf(
  { kernel, bindings }: Launch<Tensor>,
  passes: readonly Pass[],
  madeBy: ReadonlyMap<Tensor, number>,
): number | undefined {
  if (!kernel.work?.fusable) return undefined;
  const read = bindings.filter((_, i) => kernel.bindings[i] !== "write");
  const made = read.filter((tensor) => madeBy.has(tensor));
  if (made.length === 0) return undefined;
  // What it reads of earlier passes is complete by then.
  const last = Math.max(...made.map((tensor) => madeBy.get(tensor)!));
  const { rows } = passes[last]!;
  const fits = Math.max(...read.map((tensor) => tensor.rows)) === rows &&
    made.every((tensor) => madeBy.get(tensor) !== last || tensor.rows === rows);
  return fits ? last : undefined;
}

function extentOf(tensor: Tensor): Extent {
  const { rows, channels } = tensor;
  return { rows, channels, bytes: storedBytes(tensor) };
}

/** Bytes of a tensor; values in half precision take fewer than its shape says. */
function storedBytes({ bytes, binding }: Tensor): number {
  return binding ? Math.min(bytes, binding.size) : bytes;
}

function bytesOf(tensors: Iterable<Tensor>): number {
  let bytes = 0;
  for (const tensor of tensors) bytes += storedBytes(tensor);
  return bytes;
}
