/**
 * What every command that labels scans shares: which models to open, and how their work is shown.
 *
 * @module
 */
import { Engine } from "../ttt/engine.ts";
import type { Progress } from "../ttt/types.ts";
import type { Option } from "./args.ts";
import type { ProgressDisplay } from "./progress.ts";

/** Options that choose the models. */
export const MODEL_OPTIONS = {
  student: { type: "string", value: "FILE", about: "checkpoint of the student (embedded)" },
  teacher: {
    type: "string",
    value: "FILE",
    about: "card of the teacher, JSON, or a name of `teachers` (embedded)",
  },
} as const satisfies Record<string, Option>;

/** Opens the engine that the options ask for. */
export function openEngine(
  { student, teacher }: { student: string | undefined; teacher: string | undefined },
): Promise<Engine> {
  return Engine.open({
    ...(student === undefined ? {} : { student }),
    ...(teacher === undefined ? {} : { teacher }),
  });
}

const LABELS: Readonly<Record<Progress["phase"], string>> = {
  read: "reading",
  teacher: "teacher",
  voxelize: "voxels",
  pair: "pairing",
  compile: "compiling",
  adapt: "adapting",
  predict: "predicting",
};

/** Shows the engine's progress. */
export function showProgress(
  display: ProgressDisplay,
  { phase, step, steps, loss }: Progress,
): void {
  display.update({
    label: LABELS[phase],
    ...(step === undefined ? {} : { value: step }),
    ...(steps === undefined ? {} : { total: steps }),
    ...(loss === undefined ? {} : { note: `KD loss ${loss.toFixed(4)}` }),
  });
}
