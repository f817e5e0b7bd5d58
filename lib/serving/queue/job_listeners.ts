/**
 * The listeners of a queue.
 *
 * @module
 */
import type { Job } from "./job.ts";
import type { JobListener, OwnJobListener } from "./queue.ts";

/** Keeps listeners and calls them. A listener may leave while it is called. */
export class JobListeners implements Disposable {
  readonly #listeners = new Set<JobListener>();
  readonly #ownListeners = new Set<OwnJobListener>();

  /** Adds a listener until it is disposed of. */
  listen(listener: JobListener): Disposable {
    return addedTo(this.#listeners, listener);
  }

  /** Adds a listener for the changes of this process until it is disposed of. */
  listenOwn(listener: OwnJobListener): Disposable {
    return addedTo(this.#ownListeners, listener);
  }

  /** Tells of a change. */
  announce(id: string, change: "progress" | "state"): void {
    for (const listener of [...this.#listeners]) listener(id, change);
  }

  /** Tells of a job whose state this process has changed. */
  announceOwn(job: Job): void {
    for (const listener of [...this.#ownListeners]) listener(job);
  }

  /** Drops all listeners. */
  [Symbol.dispose](): void {
    this.#listeners.clear();
    this.#ownListeners.clear();
  }
}

function addedTo<T>(set: Set<T>, value: T): Disposable {
  set.add(value);
  return { [Symbol.dispose]: () => set.delete(value) };
}
