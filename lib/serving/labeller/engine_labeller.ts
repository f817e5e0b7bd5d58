/**
 * Labels folders in this thread by an engine that the caller owns.
 *
 * @module
 */
import { blameScan } from "../../segment/blame_scan.ts";
import { teachersOf } from "../../segment/loaded_students.ts";
import type { Segmenter } from "../../segment/segmenter.ts";
import { type AnswerFile, type AnswerKind, writeAnswer } from "../files/answer.ts";
import { onDisk } from "../files/disk.ts";
import { type Input, inputOptions, openScan, openViews, readInput } from "../files/input.ts";
import type { LabelContext, Labeller } from "./labeller.ts";
import { MemoryAccount, type MemoryBudget, UNLIMITED_MEMORY } from "../files/memory.ts";
import type { ScanMemory } from "../../scan/mod.ts";
import { readLearned, writeLearned } from "../files/learned.ts";
import { writeResult } from "../files/result.ts";
import { readUnvoted } from "../files/unvoted.ts";
import { MOST_SUGGESTIONS, suggestionsOf } from "../files/suggestions.ts";

/** A labeller around an engine. */
export class EngineLabeller implements Labeller {
  readonly #engine: Segmenter;
  readonly adapterName: string;
  readonly memory: MemoryBudget;

  /** @param memory what a scan and an answer may hold; no limit by default. */
  constructor(engine: Segmenter, adapterName: string, memory: MemoryBudget = UNLIMITED_MEMORY) {
    this.#engine = engine;
    this.adapterName = adapterName;
    this.memory = memory;
  }

  get students(): Segmenter["students"] {
    return this.#engine.students;
  }

  ready(): Promise<boolean> {
    return this.#engine.ready();
  }

  /** Resolves at once: an engine opens a lost device again when it is next used. */
  available(signal?: AbortSignal): Promise<void> {
    return signal?.aborted ? Promise.reject(signal.reason) : Promise.resolve();
  }

  async label(folder: string, attempt: number, context: LabelContext = {}): Promise<void> {
    context.onProgress?.({ phase: "read" });
    const input = await readInput(folder);
    try {
      await onDisk(() => this.#label(folder, attempt, input, context));
    } catch (error) {
      throw blameScan(error, input.scan.name);
    }
  }

  async #label(
    folder: string,
    attempt: number,
    input: Input,
    { signal, onProgress }: LabelContext,
  ): Promise<void> {
    const { segment: options, probabilities, instances } = inputOptions(input);
    const account = new MemoryAccount(this.memory.labelling);
    const admit = (needed: ScanMemory) => {
      account.takeScan(needed, input.scan.name, this.memory.answering);
      if (probabilities || instances) {
        account.takeProbabilities(needed, input.scan.name, this.students);
      }
    };
    const scan = await openScan(folder, input, account, admit);
    signal?.throwIfAborted();
    const teachers = teachersOf(this.students, options.student);
    const views = await openViews(folder, input, account, teachers);
    const { sequence } = input;
    const before = sequence?.learned ? await readLearned(sequence.learned) : null;
    const unvoted = options.corrections ? await readUnvoted(folder) : null;
    signal?.throwIfAborted();
    const result = await this.#engine.segment({
      scan,
      ...views,
      options,
      probabilities,
      instances,
      suggestions: MOST_SUGGESTIONS,
      ...(sequence ? { learned: before } : {}),
      ...(unvoted ? { unvoted } : {}),
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress } : {}),
    });
    signal?.throwIfAborted();
    if (sequence) await writeLearned(folder, attempt, result.learned!, sequence.title);
    const { leftOut } = scan;
    const suggested = suggestionsOf(scan, result);
    await writeResult(folder, attempt, { ...result, suggested, ...(leftOut ? { leftOut } : {}) });
  }

  answer(folder: string, attempt: number, kind: AnswerKind): Promise<AnswerFile> {
    return writeAnswer(folder, attempt, kind, this.memory.answering);
  }
}
