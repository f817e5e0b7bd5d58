/**
 * The work of one job: a folder of files through the engine to a folder with the result.
 *
 * @module
 */
import type { GpuTurns } from "../ttt/turns.ts";
import type { Segmenter } from "../ttt/types.ts";
import { inputOptions, openScan, openViews, readInput } from "./input.ts";
import type { JobQueue } from "./queue.ts";
import { writeResult } from "./result.ts";
import type { JobWork } from "./worker.ts";

/** Work that takes its turns on the GPU between those of requests that wait for their answer. */
export function segmentationWork(
  queue: JobQueue,
  engine: Segmenter,
  turns: GpuTurns,
): JobWork {
  return async ({ id, turn }, { signal, onProgress }) => {
    const folder = queue.folderOf(id);
    onProgress({ phase: "read" });
    const input = await readInput(folder);
    const { segment: options } = inputOptions(input);
    const scan = await openScan(folder, input);
    const views = await openViews(folder, input);
    signal.throwIfAborted();
    using place = turns.enterAlways();
    await place.turn(signal);
    const result = await engine.segment({ scan, ...views, options, signal, onProgress });
    signal.throwIfAborted();
    await writeResult(folder, turn, result);
  };
}
