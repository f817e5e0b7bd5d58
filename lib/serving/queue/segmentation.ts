/**
 * The work of one job: labelling the scan in its folder.
 *
 * @module
 */
import type { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import type { Labeller } from "../labeller/labeller.ts";
import type { JobQueue } from "./queue.ts";
import type { JobWork } from "./worker.ts";

/** Returns work that shares the GPU with requests whose clients wait for the answer: all ask `semaphore` for it. */
export function segmentationWork(
  queue: JobQueue,
  labeller: Labeller,
  semaphore: FifoSemaphore,
): JobWork {
  return async ({ id, attempt }, { signal, onProgress }) => {
    // A job waits for an engine that is being opened again. Failing would cost one of its attempts.
    await labeller.available(signal);
    using _permit = await semaphore.acquire(signal);
    await labeller.label(queue.folderOf(id), attempt, { signal, onProgress });
  };
}
