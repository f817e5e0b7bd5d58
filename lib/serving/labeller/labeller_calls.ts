/**
 * The calls that a labelling thread answers. They are small: folders cross by name, their contents never do.
 *
 * @module
 */
import type { EngineSetOptions } from "../../segment/engine_set.ts";
import type { LoadedStudent } from "../../segment/loaded_students.ts";
import type { AnswerFile, AnswerKind } from "../files/answer.ts";
import type { MemoryBudget } from "../files/memory.ts";

/** The models that a thread is to open. */
export type ModelChoice = Omit<EngineSetOptions, "host">;

/** The models that a thread has opened. */
export interface OpenedModels {
  students: readonly LoadedStudent[];
  adapterName: string;
}

/** The calls. `open` comes before `ready` and `label`, and nothing after `close`; `answer` needs no engine. */
export interface LabellerCalls {
  open: { given: { models: ModelChoice; memory: MemoryBudget }; returned: OpenedModels };
  close: { given: null; returned: void };
  ready: { given: null; returned: boolean };
  label: { given: { folder: string; attempt: number }; returned: void };
  answer: {
    given: { folder: string; attempt: number; kind: AnswerKind; memory: MemoryBudget };
    returned: AnswerFile;
  };
}
