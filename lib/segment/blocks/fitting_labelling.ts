/**
 * Labels a scan in blocks that the GPU has the memory for. WebGPU does not tell how much that is, so blocks are as large as
 * the adapter's limits allow, and smaller ones are tried where that is too little.
 *
 * @module
 */
import { GpuMemoryError } from "../../gpu/mod.ts";
import type { Warning } from "../../scan/mod.ts";
import type { OnlineMemory } from "../../ttt/methods/mod.ts";
import type { Block } from "../../voxels/blocks.ts";
import { labelByBlocks } from "../block_labelling.ts";
import type { BlockSizer } from "../block_size.ts";
import type { LabelledPointCloud, LabellingTask } from "../labelling.ts";
import { labelWhole } from "../whole_labelling.ts";
import { blocksOf } from "./scan_blocks.ts";

/** Further tries; each takes about half the memory of the one before. */
const MOST_RETRIES = 3;
/** Voxels of a cell that blocks are cut along: a smaller block may hold no cell. */
const LEAST_VOXELS = 16 ** 3;

/**
 * Labels a scan in one piece, or by blocks where it has too many voxels for that or the GPU too little memory.
 *
 * @throws {GpuMemoryError} where it has too little for smaller blocks as well, or the scan cannot be cut.
 * @throws whatever `labelWhole` and `labelByBlocks` throw.
 */
export async function labelFitting(
  task: LabellingTask,
  sizer: BlockSizer,
): Promise<LabelledPointCloud> {
  const { method, memory, work, votes } = task;
  const watched = new WatchedMemory(memory);
  const known = work.warnings.length;
  let voxels = sizer.voxels(method);
  let blocks = blocksOf(task, sizer, voxels);
  for (let retries = 0;; retries++) {
    try {
      const watching = { ...task, memory: watched };
      const labelled = blocks.length > 0
        ? await labelByBlocks(watching, blocks)
        : await labelWhole(watching);
      if (retries > 0) work.warnings.push(memoryWarning(voxels));
      return labelled;
    } catch (error) {
      if (!(error instanceof GpuMemoryError)) throw error;
      // Whatever comes next, it meets no errors of this try.
      await work.restart(known);
      // What an online method keeps may have been moved by a part of its steps.
      const isFinal = retries === MOST_RETRIES || watched.isRecalled || !canBeCut(task);
      const smaller = isFinal ? null : smallerBlocks(task, sizer, voxels, blocks);
      if (!smaller) throw error;
      ({ voxels, blocks } = smaller);
      votes.restart();
    }
  }
}

/** Whether a scan may be labelled by blocks as it was asked for. */
function canBeCut({ method, snapshots, unvoted }: LabellingTask): boolean {
  return method.blockwise !== undefined && snapshots.length === 0 && unvoted === null;
}

/** Blocks of at most half as many voxels; null where there are none. */
function smallerBlocks(
  task: LabellingTask,
  sizer: BlockSizer,
  tried: number,
  before: readonly Block[],
): { voxels: number; blocks: Block[] } | null {
  let voxels = Math.min(tried, task.points.positions.length / 3);
  while (voxels / 2 >= LEAST_VOXELS) {
    voxels = Math.floor(voxels / 2);
    const blocks = blocksOf(task, sizer, voxels);
    // A scan with far fewer voxels than a block may have is in one piece still.
    if (blocks.length > before.length) return { voxels, blocks };
  }
  return null;
}

function memoryWarning(voxels: number): Warning {
  return {
    code: "gpu-memory",
    text:
      `The GPU had too little memory for the usual blocks, so the scan was labelled in ones of at most ${voxels} voxels, ` +
      `after a try that took time; start the program with --block-voxels ${voxels} to begin with them`,
  };
}

/** Tells whether a method has used what it keeps. */
class WatchedMemory implements OnlineMemory {
  readonly #memory: OnlineMemory;
  isRecalled = false;

  constructor(memory: OnlineMemory) {
    this.#memory = memory;
  }

  recall<T extends Disposable>(make: () => T): T {
    this.isRecalled = true;
    return this.#memory.recall(make);
  }
}
