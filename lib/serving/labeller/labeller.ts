/**
 * What the HTTP side asks of whatever labels scans. Work is named by folders: a scan of hundreds of megabytes
 * is read by the thread that works on it and by no other.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import type { Progress } from "../../ttt/progress.ts";
import type { Answer, AnswerKind } from "../files/answer.ts";

/** What one labelling is given along. */
export interface LabelContext {
  /** Once aborted, the work stops before its next gradient step and throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Labels scans in folders, as `input.ts` and `result.ts` lay them out. */
export interface Labeller {
  readonly student: StudentCard;
  /** Null where the student knows no teacher. */
  readonly teacher: TeacherCard | null;
  /** The GPU's name as its driver gives it. */
  readonly adapterName: string;

  /** Whether scans can be labelled now. */
  ready(): Promise<boolean>;

  /** Resolves once there is an engine to label with; rejects with the signal's reason. */
  available(signal?: AbortSignal): Promise<void>;

  /**
   * Labels the input of a folder and writes the result of this attempt into it, and what was learned where the input
   * is one of a sequence. Calls do not overlap: the caller waits for one before it starts the next.
   *
   * @throws {InputError | OptionError} where the input is at fault.
   * @throws {LabellerLostError | GpuLostError | GpuUnavailableError} where another attempt may go better.
   */
  label(folder: string, attempt: number, context?: LabelContext): Promise<void>;

  /** Makes an answer of the result of an attempt, as a file in the folder; does not wait for the GPU. */
  answer(folder: string, attempt: number, kind: AnswerKind, signal?: AbortSignal): Promise<Answer>;
}

/** What labels scans is not there now; it comes back by itself. */
export class LabellerLostError extends Error {
  override name = "LabellerLostError";
  constructor(message: string, readonly retryAfterSeconds: number) {
    super(message);
  }
}
