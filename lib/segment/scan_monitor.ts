/**
 * The engine's own record of the work on one scan: milliseconds by phase, progress for the client, and the stop
 * once the client has left.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { WorkMonitor } from "../ttt/methods/mod.ts";
import type { LossHistory } from "../ttt/plans/loss_history.ts";
import type { Progress } from "../ttt/progress.ts";
import type { SegmentRequest } from "./segmenter.ts";

/** Steps between two readouts of the loss for progress. */
const STEPS_PER_PROGRESS = 5;

/** A {@link WorkMonitor} of one request; a phase that comes several times is added up. */
export class ScanMonitor implements WorkMonitor {
  /** Milliseconds by phase so far. */
  readonly phases: Partial<Record<Progress["phase"], number>> = {};
  readonly #gpu: Gpu;
  readonly #signal: AbortSignal | undefined;
  readonly #announce: ((progress: Progress) => void) | undefined;

  constructor(gpu: Gpu, { signal, onProgress }: Pick<SegmentRequest, "signal" | "onProgress">) {
    this.#gpu = gpu;
    this.#signal = signal;
    this.#announce = onProgress;
  }

  async time<T>(phase: Progress["phase"], work: () => Promise<T>): Promise<T> {
    this.#signal?.throwIfAborted();
    this.#announce?.({ phase });
    const start = performance.now();
    const result = await work();
    this.phases[phase] = (this.phases[phase] ?? 0) + performance.now() - start;
    return result;
  }

  async stepped(step: number, steps: number, history: LossHistory): Promise<void> {
    // Waiting for the GPU lets an abort take effect within a step; it reads nothing back.
    await this.#gpu.finished();
    this.#signal?.throwIfAborted();
    if (this.#announce && (step % STEPS_PER_PROGRESS === 0 || step === steps)) {
      const loss = (await history.values()).at(-1)!;
      this.#announce({ phase: "adapt", step, steps, loss });
    }
  }

  blockDone(done: number, blocks: number): void {
    this.#signal?.throwIfAborted();
    this.#announce?.({ phase: "predict", step: done, steps: blocks });
  }
}
