/**
 * Jobs whose files are on their way into this process. They count against the limits of a queue before it has them.
 *
 * @module
 */
import { sumOf } from "@std/collections/sum-of";
import type { QueueLimits } from "./queue.ts";

/** Counts jobs on their way in, by client. */
export class IncomingJobs {
  readonly #counts = new Map<string, number>();

  /** Counts a job of a client until it is disposed of. */
  add(client: string): Disposable {
    const count = (change: number) => {
      const now = (this.#counts.get(client) ?? 0) + change;
      if (now === 0) this.#counts.delete(client);
      else this.#counts.set(client, now);
    };
    count(1);
    return { [Symbol.dispose]: () => count(-1) };
  }

  /**
   * Returns why the queue takes no further job of a client, or null where it does.
   *
   * @param open how many jobs are queued or running: of all clients, and of this one.
   */
  whyFull(
    client: string,
    { jobs, jobsOfClient }: QueueLimits,
    open: { all: number; ofClient: number },
  ): string | null {
    const all = open.all + sumOf(this.#counts.values(), (count) => count);
    const ofClient = open.ofClient + (this.#counts.get(client) ?? 0);
    if (all >= jobs) return `${jobs} jobs are waiting or at work`;
    if (ofClient >= jobsOfClient) return `${jobsOfClient} jobs of yours are waiting or at work`;
    return null;
  }
}
