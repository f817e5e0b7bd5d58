/**
 * The work of one job: labelling the scan in its folder.
 *
 * @module
 */
import type { FifoSemaphore } from "../../concurrency/fifo_semaphore.ts";
import type { Labeller } from "../labeller/labeller.ts";
import type { JobQueue } from "./queue.ts";
import type { JobWork } from "./worker.ts";

/**
 * Returns the work of a {@link JobWorker} that labels scans.
 *
 * @param semaphore whose permits jobs share with the requests whose clients wait for an answer.
 */
export function segmentationWork(
  queue: JobQueue,
  labeller: Labeller,
  semaphore: FifoSemaphore,
): JobWork {
  return async ({ id, attempt }, { signal, onProgress }) => {
    // A job waits while the engine is opened again. Failing would cost it an attempt.
    await labeller.available(signal);
    using _permit = await semaphore.acquire(signal);
    await labeller.label(queue.folderOf(id), attempt, { signal, onProgress });
  };
}
