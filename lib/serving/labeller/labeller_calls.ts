/**
 * The calls that a labelling thread answers. They are small: folders cross by name, their contents never do.
 *
 * @module
 */
import type { StudentCard } from "../../nn/card.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import type { AnswerClasses, AnswerFile, AnswerKind } from "../files/answer.ts";
import type { MemoryBudget } from "../files/memory.ts";

/** The models that a thread is to open; see `EngineOptions`. */
export interface ModelChoice {
  student?: string;
  teacher?: string;
  blockVoxels?: number;
}

/** The models that a thread has opened. */
export interface OpenedModels {
  student: StudentCard;
  teacher: TeacherCard | null;
  adapterName: string;
}

/** The calls. `open` comes before `ready` and `label`; `answer` needs no engine. */
export interface LabellerCalls {
  open: { given: { models: ModelChoice; memory: MemoryBudget }; returned: OpenedModels };
  ready: { given: null; returned: boolean };
  label: { given: { folder: string; attempt: number }; returned: void };
  answer: {
    given: {
      folder: string;
      attempt: number;
      kind: AnswerKind;
      classes: AnswerClasses;
      memory: MemoryBudget;
    };
    returned: AnswerFile;
  };
}
