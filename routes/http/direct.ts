/**
 * Labelling while the client waits, as `/v1/segment` and sessions do it.
 *
 * @module
 */
import type { FifoSemaphore, Reservation } from "../../lib/concurrency/fifo_semaphore.ts";
import type { Labeller } from "../../lib/serving/labeller/labeller.ts";
import type { Progress } from "../../lib/ttt/progress.ts";
import type { SharedAnswers } from "./shared_answers.ts";
import type { UploadLimits } from "./upload_limits.ts";

/** What such routes need. */
export interface DirectOptions {
  labeller: Labeller;
  answers: SharedAnswers;
  limits: UploadLimits;
  /** Decides which scan has the GPU. */
  semaphore: FifoSemaphore;
  /** Aborted when the server stops and waits no longer. */
  leaving: AbortSignal;
  /** Called with every step of the work and the name of the scan. */
  onProgress?: (scan: string, progress: Progress) => void;
}

/** The number of the result in a request's folder, which holds no other. */
export const ATTEMPT = 0;

/**
 * Labels the scan in a folder once the reservation has the GPU, which is released before the answer is made.
 *
 * @throws the reason of `leaving`, where the server does not wait for the scan.
 */
export async function labelUpload(
  { labeller, onProgress, leaving }: DirectOptions,
  folder: string,
  scan: string,
  reservation: Reservation,
  signal: AbortSignal,
): Promise<void> {
  const ended = AbortSignal.any([signal, leaving]);
  try {
    await reservation.acquire(ended);
    await labeller.label(folder, ATTEMPT, {
      signal: ended,
      ...(onProgress ? { onProgress: (progress) => onProgress(scan, progress) } : {}),
    });
  } catch (error) {
    // Whatever the thread that was told to stop said.
    leaving.throwIfAborted();
    throw error;
  }
  reservation.release();
}
