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
  /** The present phase. */
  phase: keyof typeof TRAINING_PHASES;
  /** Number of scenes or steps done. */
  done: number;
  /** Number of scenes or steps of this phase. */
  total: number;
  /** Cross-entropy of the class head or, for heads alone, of the probe: its mean since the last report. */
  crossEntropy?: number;
  /** KD loss, likewise. */
  distillation?: number;
  /** Reconstruction loss, likewise. */
  reconstruction?: number;
}

/** Where a run is kept while it is not finished. */
export interface UnfinishedFile {
  /** Path of the file. */
  readonly path: string;
  /** Steps from one writing to the next; 100 by default. */
  readonly steps?: number;
}

/** Everything that a training run needs. */
export interface TrainingRun {
  /** Where the student is trained. */
  gpu: Gpu;
  /** Settings. */
  config: TrainingConfig;
  /** The labelled scenes. */
  dataset: Dataset;
  /** Describes the photographs; used by the objective "joint" alone. */
  teacher: FeatureTeacher | null;
  /** Student whose weights to start from; random ones by default. */
  from?: StudentFile;
  /** Whether to train new heads for the teacher (ρ_2D and the probe) on `from` and to leave all else as it is. */
  headsOnly?: boolean;
  /** Licence of the checkpoint. */
  licence: string;
  /**
   * File that holds the run while it is not finished, so that a run which is cut off goes on from there; none by default.
   * Whoever keeps the checkpoint removes it.
   */
  unfinished?: UnfinishedFile;
  /** Called after every scene, and after every 20 steps. */
  onProgress?: (progress: TrainingProgress) => void;
  /** Stops the run within a step. */
  signal?: AbortSignal;
}

/** The student of a run, on the GPU. */
export interface Trainee {
  /** The run. */
  readonly run: TrainingRun;
  /** Its network. */
  readonly student: Student;
  /** Its weights. */
  readonly parameters: Parameters;
  /** The teacher's mean feature over source voxels, f32 [D padded to 4]; null where the run has no teacher. */
  readonly centre: GpuBuffer | null;
}
