/**
 * The interface of what labels scans for a server. Calls name folders, so that only the thread that works on a scan of
 * hundreds of megabytes reads it.
 *
 * @module
 */
import type { LoadedStudent } from "../../segment/loaded_students.ts";
import type { Progress } from "../../ttt/progress.ts";
import type { AnswerFile, AnswerKind } from "../files/answer.ts";
import type { MemoryBudget } from "../files/memory.ts";

/** Options of one call. */
export interface LabelContext {
  /** Once it is aborted, the work stops before its next gradient step and throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Labels scans in folders with the layout of `input.ts` and `result.ts`. */
export interface Labeller {
  /** The students that it labels with, at least one. */
  readonly students: readonly LoadedStudent[];
  /** The name of the GPU, as its driver gives it. */
  readonly adapterName: string;

  /** What a scan and an answer may hold. */
  readonly memory: MemoryBudget;

  /** Returns whether scans can be labelled now. */
  ready(): Promise<boolean>;

  /** Resolves once there is an engine to label with; rejects with the signal's reason. */
  available(signal?: AbortSignal): Promise<void>;

  /**
   * Labels the input of a folder and writes the result of this attempt into it; where the input belongs to a sequence,
   * also the state for its next scan. Calls must not overlap: the caller waits for one before it starts the next.
   *
   * @throws {InputError | OptionError} where the input is at fault.
   * @throws {MemoryError} where it would take more memory than it may.
   * @throws {LabellerLostError | GpuLostError | GpuUnavailableError} where another attempt may succeed.
   * @throws {DiskError} where the disk does not take the result.
   */
  label(folder: string, attempt: number, context?: LabelContext): Promise<void>;

  /**
   * Makes an answer from the result of an attempt, as a file in the folder. It does not wait for the GPU.
   *
   * @throws {MissingResultError} where the attempt left no result.
   * @throws {MemoryError} where it would take more memory than it may.
   */
  answer(
    folder: string,
    attempt: number,
    kind: AnswerKind,
    signal?: AbortSignal,
  ): Promise<AnswerFile>;
}

/** The labeller cannot take or finish a scan at present; it comes back by itself. */
export class LabellerLostError extends Error {
  override name = "LabellerLostError";
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}
