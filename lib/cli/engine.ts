/**
 * What every command that labels scans shares: which models to open, and how their work is shown.
 *
 * @module
 */
import type { ModelChoice } from "../serving/labeller/labeller_calls.ts";
import { Engine } from "../segment/engine.ts";
import type { Progress } from "../ttt/progress.ts";
import { type CommandOption, wholeNumber } from "./args.ts";
import type { ProgressDisplay } from "../terminal/progress.ts";

/** Options that choose the models. */
export const MODEL_OPTIONS = {
  student: { type: "string", value: "FILE", about: "checkpoint of the student (embedded)" },
  teacher: {
    type: "string",
    value: "FILE",
    about: "card of the teacher, JSON, or a name of `teachers` (embedded)",
  },
  "block-voxels": {
    type: "string",
    value: "N",
    about: "larger scans are cut into blocks of so many voxels (65536)",
  },
} as const satisfies Record<string, CommandOption>;

/** What {@link MODEL_OPTIONS} give. */
export type ModelValues = { readonly [name in keyof typeof MODEL_OPTIONS]: string | undefined };

/** Opens the engine that the options ask for. */
export function openEngine(values: ModelValues): Promise<Engine> {
  return Engine.open(modelChoice(values));
}

/** The models that the options ask for. @throws {UsageError} naming the option. */
export function modelChoice(
  { student, teacher, "block-voxels": blockVoxels }: ModelValues,
): ModelChoice {
  return {
    ...(student === undefined ? {} : { student }),
    ...(teacher === undefined ? {} : { teacher }),
    ...(blockVoxels === undefined
      ? {}
      : { blockVoxels: wholeNumber("block-voxels", blockVoxels, LEAST_BLOCK, 2 ** 31) }),
  };
}

/** A cube of 16 voxels an edge: what cannot be cut further. */
const LEAST_BLOCK = 4096;

const LABELS: Readonly<Record<Progress["phase"], string>> = {
  read: "reading",
  render: "virtual views",
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
    ...(loss === undefined ? {} : { note: `loss ${loss.toFixed(4)}` }),
  });
}
