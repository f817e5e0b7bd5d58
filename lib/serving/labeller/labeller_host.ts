/**
 * The inside of a labelling thread: answers calls by an engine of its own, which the call `open` opens. A thread
 * that gets no such call only makes answers.
 *
 * @module
 */
import { hostCalls } from "../../rpc/host.ts";
import type { Segmenter } from "../../segment/segmenter.ts";
import type { Progress } from "../../ttt/progress.ts";
import { writeAnswer } from "../files/answer.ts";
import { EngineLabeller } from "./engine_labeller.ts";
import type { LabellerCalls, ModelChoice } from "./labeller_calls.ts";

/** An engine that a thread has opened. It lives as long as the thread, or until its owner has it closed. */
export interface HostedEngine {
  engine: Segmenter & AsyncDisposable;
  adapterName: string;
  /** Resolves when the device is lost. */
  lost: Promise<Error>;
}

/** Makes this worker a labelling thread. */
export function hostLabeller(openEngine: (models: ModelChoice) => Promise<HostedEngine>): void {
  let labeller: EngineLabeller | null = null;
  let close: (() => PromiseLike<void>) | null = null;
  const opened = () => {
    if (labeller === null) throw new Error("Cannot label: this thread has not opened its models");
    return labeller;
  };
  const fail = hostCalls<LabellerCalls, Progress>({
    async open({ models, memory }) {
      const { engine, adapterName, lost } = await openEngine(models);
      // A device that is closed is lost as well.
      lost.then((error) => close && fail(error));
      close = () => engine[Symbol.asyncDispose]();
      labeller = new EngineLabeller(engine, adapterName, memory);
      return { students: engine.students, adapterName };
    },
    async close() {
      const closed = close?.();
      close = null;
      await closed;
    },
    ready: () => opened().ready(),
    label: ({ folder, attempt }, context) => opened().label(folder, attempt, context),
    answer: ({ folder, attempt, kind, memory }) =>
      writeAnswer(folder, attempt, kind, memory.answering),
  });
}
