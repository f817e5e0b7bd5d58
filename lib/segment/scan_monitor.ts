/**
 * The engine's own record of the work on one scan: milliseconds by phase, warnings, progress for the client, and the
 * stop once the client has left.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { Warning } from "../scan/mod.ts";
import type { WorkMonitor } from "../ttt/methods/mod.ts";
import type { LossReader } from "../ttt/plans/loss_history.ts";
import type { Progress } from "../ttt/progress.ts";
import { ScanWork, type ScanWorkSize } from "./scan_work.ts";
import type { SegmentRequest } from "./segmenter.ts";

/** Steps between two readouts of the loss for progress. */
const STEPS_PER_PROGRESS = 5;
/** Time after which a step is announced without its loss, since reading that back would hold the GPU up. */
const MILLISECONDS_PER_PROGRESS = 2000;

/** A {@link WorkMonitor} of one request; a phase that comes several times is added up. */
export class ScanMonitor implements WorkMonitor {
  /** Milliseconds by phase so far. */
  readonly phases: Partial<Record<Progress["phase"], number>> = {};
  /** What is doubtful, in the order in which it was found; every progress from then on repeats it. */
  readonly warnings: Warning[] = [];
  readonly quiet: WorkMonitor;
  readonly #gpu: Gpu;
  readonly #signal: AbortSignal | undefined;
  readonly #announce: ((progress: Progress) => void) | undefined;
  #work: ScanWork | null = null;
  #announced = performance.now();
  /** Settles once the step is done that the GPU was given last; it works on that one while the host learns of the one before. */
  #ahead: Promise<void> = Promise.resolve();

  constructor(gpu: Gpu, { signal, onProgress }: Pick<SegmentRequest, "signal" | "onProgress">) {
    this.#gpu = gpu;
    this.#signal = signal;
    this.#announce = onProgress;
    this.quiet = new QuietMonitor(this);
  }

  /** Tells how much work is ahead, so that progress says how long it will take. */
  expect(size: ScanWorkSize): void {
    this.#work = new ScanWork(size, () => performance.now() / 1000);
  }

  time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T> {
    return this.timed(phase, work, () => this.#say({ phase }));
  }

  /** Times a phase, which `announce` makes known. */
  async timed<T>(
    phase: Progress["phase"],
    work: () => Promise<T>,
    announce?: () => void,
  ): Promise<T> {
    this.#signal?.throwIfAborted();
    announce?.();
    const start = performance.now();
    const result = await work();
    this.phases[phase] = (this.phases[phase] ?? 0) + performance.now() - start;
    return result;
  }

  async stepped(step: number, steps: number, history: LossReader): Promise<void> {
    const before = this.#ahead;
    this.#ahead = this.#done(step, steps, history);
    // Whoever waits for it learns of the failure.
    this.#ahead.catch(() => {});
    await before;
    // Nothing runs any more when the last step, or an abort, is answered.
    if (step === steps || this.#signal?.aborted) await this.#ahead;
    this.#signal?.throwIfAborted();
  }

  /** Waits until a step is done, and announces it. */
  async #done(step: number, steps: number, history: LossReader): Promise<void> {
    if (this.#announce && (step % STEPS_PER_PROGRESS === 0 || step === steps)) {
      const loss = (await history.values()).at(-1)!;
      this.#say({ phase: "adapt", step, steps, loss });
      return;
    }
    await this.#gpu.finished();
    if (performance.now() - this.#announced > MILLISECONDS_PER_PROGRESS) {
      this.#say({ phase: "adapt", step, steps });
    }
  }

  /** Waits for the GPU, which lets an abort take effect within a step; it reads nothing back. */
  async finished(): Promise<void> {
    await this.#gpu.finished();
    this.#signal?.throwIfAborted();
  }

  /**
   * Forgets a try that failed: waits until nothing of it runs any more, whatever it comes to, and keeps the first
   * `warnings` of those that are known.
   */
  async restart(warnings: number): Promise<void> {
    await this.#ahead.catch(() => {});
    this.#ahead = Promise.resolve();
    await this.#gpu.recover();
    this.warnings.length = warnings;
  }

  advanced(phase: Progress["phase"], done: number, total: number): void {
    this.#signal?.throwIfAborted();
    this.#say({ phase, step: done, steps: total });
  }

  #say(progress: Progress): void {
    const { phase, step, steps } = progress;
    const left = this.#work?.secondsLeft(phase, step ?? 0, steps ?? 0) ?? null;
    this.#announced = performance.now();
    this.#announce?.({
      ...progress,
      ...(left === null ? {} : { secondsLeft: left }),
      ...(this.warnings.length > 0 ? { warnings: [...this.warnings] } : {}),
    });
  }
}

/** Times the work on one block among many: what is announced is how many of them are done. */
class QuietMonitor implements WorkMonitor {
  readonly #monitor: ScanMonitor;

  constructor(monitor: ScanMonitor) {
    this.#monitor = monitor;
  }

  get quiet(): WorkMonitor {
    return this;
  }

  time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T> {
    return this.#monitor.timed(phase, work);
  }

  stepped(): Promise<void> {
    return this.#monitor.finished();
  }

  advanced(): void {}
}
