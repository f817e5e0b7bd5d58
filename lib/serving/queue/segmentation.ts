/**
 * The work of one job: its folder, labelled in its turn.
 *
 * @module
 */
import type { GpuTurns } from "../../concurrency/turns.ts";
import type { Labeller } from "../labeller/labeller.ts";
import type { JobQueue } from "./queue.ts";
import type { JobWork } from "./worker.ts";

/** Work that takes its turns on the GPU between those of requests that wait for their answer. */
export function segmentationWork(
  queue: JobQueue,
  labeller: Labeller,
  turns: GpuTurns,
): JobWork {
  return async ({ id, turn }, { signal, onProgress }) => {
    // A job waits for an engine that is being opened again. Failing would cost one of its attempts.
    await labeller.available(signal);
    using place = turns.enterAlways();
    await place.turn(signal);
    await labeller.label(queue.folderOf(id), turn, { signal, onProgress });
  };
}
