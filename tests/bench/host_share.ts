/**
 * The share of a step that the GPU's queue does not work: before the first submit returns, between steps, and until the
 * host learns that the last one is done. Steps are taken as an adaptation takes them.
 */
import { type Gpu, Stopwatch } from "../../lib/gpu/mod.ts";
import type { Plan } from "../../lib/graph/plan.ts";
import { ScanMonitor } from "../../lib/segment/scan_monitor.ts";
import type { LossHistory } from "../../lib/ttt/plans/loss_history.ts";

/** What steps cost besides the work of the GPU. */
export interface HostShare {
  /** Submits a step. */
  readonly submits: number;
  /** Readbacks a step, without a client who wants to see progress. */
  readonly readbacks: number;
  /** Writes, clears and copies of buffers a step. */
  readonly writes: number;
  /** Milliseconds of a step on the clock of the host. */
  readonly step: number;
  /** Milliseconds of a step in which the host encodes it. */
  readonly submit: number;
  /** Share of a step in which the queue does not work; null where the adapter has no timestamps. */
  readonly share: number | null;
}

/** Steps of an adaptation. */
const STEPS = 5;

/** Adapts `rounds` times; the one with the smallest share counts, because other programs only add to it. */
export async function measureHostShare(
  gpu: Gpu,
  plan: Plan,
  history: LossHistory,
  rounds: number,
): Promise<HostShare> {
  const found: HostShare[] = [];
  for (let round = 0; round < rounds; round++) found.push(await adapt(gpu, plan, history));
  return found.reduce((best, next) => (next.share ?? 1) < (best.share ?? 1) ? next : best);
}

async function adapt(gpu: Gpu, plan: Plan, history: LossHistory): Promise<HostShare> {
  const timed = gpu.features.has("timestamp-query");
  using stopwatch = timed ? new Stopwatch(gpu, STEPS) : null;
  const monitor = new ScanMonitor(gpu, {});
  await gpu.finished();
  const before = { ...gpu.stats };
  const start = performance.now();
  let submit = 0;
  for (let step = 1; step <= STEPS; step++) {
    const submitted = performance.now();
    plan.submit(stopwatch?.around(step - 1));
    submit += performance.now() - submitted;
    await monitor.stepped(step, STEPS, history);
  }
  const milliseconds = performance.now() - start;
  const counted = (name: "submits" | "readbacks" | "writes") =>
    (gpu.stats[name] - before[name]) / STEPS;
  const counts = {
    submits: counted("submits"),
    readbacks: counted("readbacks"),
    writes: counted("writes"),
  };
  const busy = await stopwatch?.nanoseconds();
  return {
    ...counts,
    step: milliseconds / STEPS,
    submit: submit / STEPS,
    share: busy ? 1 - busy.reduce((sum, one) => sum + one / 1e6, 0) / milliseconds : null,
  };
}
