/**
 * What a training run is given, and what it reports while it runs.
 *
 * @module
 */
import type { Dataset } from "../datasets/dataset.ts";
import type { Gpu, GpuBuffer } from "../gpu/mod.ts";
import type { StudentFile } from "../models/students.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import type { FeatureTeacher } from "../teacher/mod.ts";
import type { TrainingConfig } from "./training_config.ts";

/** The phases of a training run, and how a display names them. */
export const TRAINING_PHASES = {
  scenes: "making scenes",
  train: "training",
  statistics: "measuring statistics",
};

/** How far a training run is. */
export interface TrainingProgress {
  phase: keyof typeof TRAINING_PHASES;
  /** Scenes or steps that are done, and how many there are in this phase. */
  done: number;
  total: number;
  /** Losses, means since the last report: of the class head, of ρ_2D, and of the reconstruction head. */
  crossEntropy?: number;
  distillation?: number;
  reconstruction?: number;
}

/** Everything that a training run needs. */
export interface TrainingRun {
  gpu: Gpu;
  config: TrainingConfig;
  dataset: Dataset;
  /** Describes the photographs; used by the objective "joint" alone. */
  teacher: FeatureTeacher | null;
  /** Student whose weights to start from; random ones by default. */
  from?: StudentFile;
  /** Whether to train new heads for the teacher (ρ_2D and the probe) on `from` and to leave all else as it is. */
  headsOnly?: boolean;
  /** Licence of the checkpoint. */
  licence: string;
  onProgress?: (progress: TrainingProgress) => void;
  /** Stops the run within a step. */
  signal?: AbortSignal;
}

/** The student of a run, on the GPU. */
export interface Trainee {
  readonly run: TrainingRun;
  readonly student: Student;
  readonly parameters: Parameters;
  /** The teacher's mean feature over source voxels, f32 [D padded to 4]; null where the run has no teacher. */
  readonly centre: GpuBuffer | null;
}
