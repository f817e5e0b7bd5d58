/**
 * What the commands that label scans share: the options that choose the models, and how progress is shown.
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
  student: {
    type: "string",
    value: "FILE",
    about: "checkpoint of the student",
    otherwise: "the embedded one",
  },
  teacher: {
    type: "string",
    value: "FILE",
    about: "model card of the teacher (JSON), or a name that the command teachers lists",
    otherwise: "the embedded one",
  },
  "block-voxels": {
    type: "string",
    value: "N",
    about: "largest number of voxels labelled at once; larger scans are cut into blocks",
    otherwise: "65536, or fewer where the GPU binds less",
  },
} as const satisfies Record<string, CommandOption>;

/** The values of {@link MODEL_OPTIONS}. */
export type ModelValues = { readonly [name in keyof typeof MODEL_OPTIONS]: string | undefined };

/**
 * Opens the engine with the models that the options choose.
 *
 * @throws {UsageError} naming the option that is wrong.
 */
export function openEngine(values: ModelValues): Promise<Engine> {
  return Engine.open(modelChoice(values));
}

/**
 * The models that the options choose.
 *
 * @throws {UsageError} naming the option that is wrong.
 */
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

/** A cube with an edge of 16 voxels, which cannot be cut further. */
const LEAST_BLOCK = 4096;

/** What is shown for each phase. */
const LABELS: Readonly<Record<Progress["phase"], string>> = {
  read: "reading",
  render: "rendering views",
  teacher: "describing photographs",
  voxelize: "voxelizing",
  pair: "pairing",
  compile: "compiling",
  adapt: "adapting",
  statistics: "measuring statistics",
  predict: "predicting",
};

/**
 * Shows the engine's progress.
 *
 * @param lossName what the loss of the method is called.
 */
export function showProgress(
  display: ProgressDisplay,
  { phase, step, steps, loss, secondsLeft }: Progress,
  lossName: string | null,
): void {
  display.update({
    label: LABELS[phase],
    ...(step === undefined ? {} : { value: step }),
    ...(steps === undefined ? {} : { total: steps }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
    ...(loss === undefined ? {} : { note: `${lossName ?? "loss"} ${loss.toFixed(4)}` }),
  });
}
