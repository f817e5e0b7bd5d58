/**
 * The inside of a labelling thread: answers calls by an engine of its own, once `open` was called. A thread that
 * is never told to open one makes answers alone.
 *
 * @module
 */
import type { Segmenter } from "../../segment/types.ts";
import { writeAnswer } from "../files/answer.ts";
import { EngineLabeller } from "./engine_labeller.ts";
import { errorRecord } from "./error_record.ts";
import type { LabelContext } from "./labeller.ts";
import type { Call, Calls, ModelChoice, Question, Reply } from "./labeller_protocol.ts";

/** An engine that a thread opened. It lives as long as the thread. */
export interface HostedEngine {
  engine: Segmenter;
  adapterName: string;
  /** Resolves when the device is lost. */
  lost: Promise<Error>;
}

/** A worker's own scope; its types clash with those of a window. */
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage: (reply: Reply) => void;
};

/** Makes this worker a labelling thread. */
export function hostLabeller(openEngine: (models: ModelChoice) => Promise<HostedEngine>): void {
  let labeller: EngineLabeller | null = null;
  const aborts = new Map<number, AbortController>();
  const calls: {
    [N in keyof Calls]: (
      given: Calls[N]["given"],
      context: LabelContext,
    ) => Promise<Calls[N]["returned"]>;
  } = {
    async open(models) {
      const { engine, adapterName, lost } = await openEngine(models);
      lost.then((error) => scope.postMessage({ kind: "lost", error: errorRecord(error) }));
      labeller = new EngineLabeller(engine, adapterName);
      const { student, teacher } = engine;
      return { student, teacher, adapterName };
    },
    ready: () => labeller!.ready(),
    label: ({ folder, attempt }, context) => labeller!.label(folder, attempt, context),
    answer: ({ folder, attempt, kind, classes }) => writeAnswer(folder, attempt, kind, classes),
  };
  const replyTo = async <N extends keyof Calls>(
    { number, name, given }: Call<N>,
  ): Promise<Reply> => {
    const control = new AbortController();
    aborts.set(number, control);
    try {
      const value = await calls[name](given, {
        signal: control.signal,
        onProgress: (progress) => scope.postMessage({ kind: "progress", number, progress }),
      });
      return { kind: "returned", number, value };
    } catch (error) {
      return { kind: "thrown", number, error: errorRecord(error) };
    } finally {
      aborts.delete(number);
    }
  };
  scope.onmessage = ({ data: question }) => {
    if (question.kind === "abort") aborts.get(question.number)?.abort();
    else replyTo(question).then(scope.postMessage);
  };
}
