/**
 * What a labelling thread is asked and what it says. Calls are numbered, several may be under way, and all
 * that crosses is small: folders by name, never what is in them.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import type { Progress } from "../../ttt/progress.ts";
import type { Answer, AnswerClasses, AnswerKind } from "../files/answer.ts";
import type { ErrorRecord } from "./error_record.ts";

/** Which models a thread is to open; see `EngineOptions`. */
export interface ModelChoice {
  student?: string;
  teacher?: string;
  blockVoxels?: number;
}

/** What a thread has opened. */
export interface OpenedModels {
  student: StudentCard;
  teacher: TeacherCard | null;
  adapterName: string;
}

/** The calls: what each is given and what it returns. `open` comes before `ready` and `label`. */
export interface Calls {
  open: { given: ModelChoice; returned: OpenedModels };
  ready: { given: null; returned: boolean };
  label: { given: { folder: string; attempt: number }; returned: void };
  answer: {
    given: { folder: string; attempt: number; kind: AnswerKind; classes: AnswerClasses };
    returned: Answer;
  };
}

/** A call by its name. */
export type Call<Name extends keyof Calls = keyof Calls> = {
  [N in Name]: { kind: "call"; number: number; name: N; given: Calls[N]["given"] };
}[Name];

/** To the thread. */
export type Question = Call | { kind: "abort"; number: number };

/** From the thread. */
export type Reply =
  | { kind: "progress"; number: number; progress: Progress }
  | { kind: "returned"; number: number; value: Calls[keyof Calls]["returned"] }
  | { kind: "thrown"; number: number; error: ErrorRecord }
  /** The device was lost; nothing more can be labelled here. */
  | { kind: "lost"; error: ErrorRecord };
