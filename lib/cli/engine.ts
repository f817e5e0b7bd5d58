/**
 * What the commands that label scans share: the options that choose the models, and how progress is shown.
 *
 * @module
 */
import type { ModelChoice } from "../serving/labeller/labeller_calls.ts";
import {
  KERNEL_CHOICES,
  type KernelChoice,
  ROW_PRECISIONS,
  type RowPrecision,
} from "../gpu/mod.ts";
import { DEFAULT_STUDENT, DEFAULT_STUDENTS } from "../models/students.ts";
import { EngineSet } from "../segment/engine_set.ts";
import type { Progress } from "../ttt/progress.ts";
import { type CommandOption, UsageError, wholeNumber } from "./args.ts";
import type { ProgressDisplay } from "../terminal/progress.ts";

/** The option that chooses the matrix kernels. */
export const KERNELS_OPTION = {
  type: "string",
  value: "auto|hardware|software",
  about: "matrix kernels that the GPU runs; auto takes those that suit the adapter",
  default: "auto",
} as const satisfies CommandOption;

/** The option that chooses how activations are stored. */
export const PRECISION_OPTION = {
  type: "string",
  value: "f32|f16",
  about:
    "how the GPU stores activations: f16 takes half the bytes, sums stay f32, and labels may differ",
  default: "f32",
} as const satisfies CommandOption;

/** Options that choose the models, and where they run. */
export const MODEL_OPTIONS = {
  student: {
    type: "string",
    value: "A,B",
    about:
      "names of embedded students (rooms is short for rooms-joint), or paths of checkpoints; " +
      "of several, the scan decides",
    otherwise: DEFAULT_STUDENTS.join(","),
  },
  teacher: {
    type: "string",
    value: "NAME|FILE",
    about: "for a single student: " +
      "name of a teacher that the command teachers lists, or path of its model card (JSON)",
    otherwise: "the one that the student was distilled from",
  },
  "block-voxels": {
    type: "string",
    value: "N",
    about: "largest number of voxels labelled at once; larger scans are cut into blocks",
    otherwise: "65536, or fewer where the GPU binds less or has too little memory",
  },
  kernels: KERNELS_OPTION,
  precision: PRECISION_OPTION,
} as const satisfies Record<string, CommandOption>;

/** The option `student` of commands that work with one. */
export const STUDENT_OPTION = {
  type: "string",
  value: "NAME|FILE",
  about: "name of an embedded student, or path of a checkpoint",
  default: DEFAULT_STUDENT,
} as const satisfies CommandOption;

/** The option `teacher` of commands that need no student. */
export const TEACHER_OPTION = {
  type: "string",
  value: "NAME|FILE",
  about: "name of a teacher that the command teachers lists, or path of its model card (JSON)",
  otherwise: "rooms-parts",
} as const satisfies CommandOption;

/** The option of commands that show what TTT-KD makes of scans: its most expensive setting after the steps. */
export const AUGMENTATIONS_OPTION = {
  type: "string",
  value: "N",
  about:
    "test-time augmentations whose predictions are averaged with the scan's own; 0 for the scan alone",
  default: "8",
} as const satisfies CommandOption;

/** The option that refuses scans that fit no student. */
export const STRICT_OPTION = {
  type: "boolean",
  about: "refuse a scan that is unlike those that its student was trained on, instead of a warning",
} as const satisfies CommandOption;

/** The values of {@link MODEL_OPTIONS}. */
export type ModelValues = { readonly [name in keyof typeof MODEL_OPTIONS]: string | undefined };

/**
 * Opens the students that the options choose.
 *
 * @throws {UsageError} naming the option that is wrong.
 */
export function openStudents(values: ModelValues): Promise<EngineSet> {
  return EngineSet.open(modelChoice(values));
}

/**
 * The models that the options choose.
 *
 * @throws {UsageError} naming the option that is wrong.
 */
export function modelChoice(
  { student, teacher, "block-voxels": blockVoxels, kernels, precision }: ModelValues,
): ModelChoice {
  return {
    ...(student === undefined ? {} : { students: studentList(student) }),
    ...(teacher === undefined ? {} : { teacher }),
    ...(blockVoxels === undefined
      ? {}
      : { blockVoxels: wholeNumber("block-voxels", blockVoxels, LEAST_BLOCK, 2 ** 31) }),
    ...(kernels === undefined ? {} : { kernels: kernelChoice(kernels) }),
    ...(precision === undefined ? {} : { precision: precisionChoice(precision) }),
  };
}

/**
 * The value of {@link KERNELS_OPTION}.
 *
 * @throws {UsageError} where it is none of the choices.
 */
export function kernelChoice(text: string): KernelChoice {
  const choice = KERNEL_CHOICES.find((name) => name === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`Cannot set --kernels to '${text}': give ${KERNEL_CHOICES.join(", ")}`);
}

/**
 * The value of {@link PRECISION_OPTION}.
 *
 * @throws {UsageError} where it is neither.
 */
export function precisionChoice(text: string): RowPrecision {
  const choice = ROW_PRECISIONS.find((name) => name === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`Cannot set --precision to '${text}': give ${ROW_PRECISIONS.join(" or ")}`);
}

/** The students of a list. */
function studentList(text: string): string[] {
  const students = text.split(",").map((name) => name.trim());
  if (!students.includes("")) return students;
  throw new UsageError(
    `Cannot set --student to '${text}': a name is empty; give names or paths, such as rooms,streets`,
  );
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

/** What is shown for a phase. */
export function phaseLabel(phase: Progress["phase"]): string {
  return LABELS[phase];
}

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
