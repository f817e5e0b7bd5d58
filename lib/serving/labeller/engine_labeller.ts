/**
 * Labels folders in this thread by an engine that the caller owns.
 *
 * @module
 */
import type { Segmenter } from "../../segment/segmenter.ts";
import { type AnswerFile, type AnswerKind, writeAnswer } from "../files/answer.ts";
import { inputOptions, openScan, openViews, readInput } from "../files/input.ts";
import type { LabelContext, Labeller } from "./labeller.ts";
import { readLearned, writeLearned } from "../files/learned.ts";
import { writeResult } from "../files/result.ts";

/** A labeller around an engine. */
export class EngineLabeller implements Labeller {
  readonly #engine: Segmenter;
  readonly adapterName: string;

  constructor(engine: Segmenter, adapterName: string) {
    this.#engine = engine;
    this.adapterName = adapterName;
  }

  get student(): Segmenter["student"] {
    return this.#engine.student;
  }

  get teacher(): Segmenter["teacher"] {
    return this.#engine.teacher;
  }

  ready(): Promise<boolean> {
    return this.#engine.ready();
  }

  /** Resolves at once: an engine opens a lost device again when it is next used. */
  available(signal?: AbortSignal): Promise<void> {
    return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve();
  }

  async label(
    folder: string,
    attempt: number,
    { signal, onProgress }: LabelContext = {},
  ): Promise<void> {
    onProgress?.({ phase: "read" });
    const input = await readInput(folder);
    const { segment: options } = inputOptions(input);
    const scan = await openScan(folder, input);
    signal?.throwIfAborted();
    const views = await openViews(folder, input);
    const { sequence } = input;
    const before = sequence?.learned ? await readLearned(sequence.learned) : null;
    signal?.throwIfAborted();
    const result = await this.#engine.segment({
      scan,
      ...views,
      options,
      ...(sequence ? { learned: before } : {}),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    signal?.throwIfAborted();
    if (sequence) await writeLearned(folder, attempt, result.learned!, sequence.title);
    await writeResult(folder, attempt, result);
  }

  answer(folder: string, attempt: number, kind: AnswerKind): Promise<AnswerFile> {
    return writeAnswer(folder, attempt, kind, this.student);
  }
}
