/**
 * Sends the progress of a job to Redis, no faster than Redis takes it.
 *
 * @module
 */
import type { AttemptProgress, Bull } from "./redis_job.ts";

/** Sends the progress of one job. While one message is on its way, only the latest of those that follow is kept. */
export class ProgressSender {
  readonly #bull: Bull;
  /** The latest progress that is not on its way yet. */
  #next: AttemptProgress | null = null;
  #sending: Promise<void> | null = null;

  constructor(bull: Bull) {
    this.#bull = bull;
  }

  /** Sends progress, now or after what is on its way. */
  send(progress: AttemptProgress): void {
    this.#next = progress;
    this.#sending ??= this.#sendAll().finally(() => this.#sending = null);
  }

  /** Resolves once nothing is on its way any more. */
  async flush(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#next) {
      const progress = this.#next;
      this.#next = null;
      // A lost message does no harm: the next one says more.
      await this.#bull.updateProgress(progress).catch(() => {});
    }
  }
}
