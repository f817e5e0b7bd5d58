/**
 * What a study is: variants that are compared on sequences of scenes.
 *
 * @module
 */
import type { Dataset, DatasetSplit } from "../../datasets/dataset.ts";
import type { Method } from "../../ttt/method.ts";
import type { BenchmarkProfile } from "./benchmarks.ts";
import type { SceneSequence } from "./scene_sequence.ts";
import type { StudySize } from "./study_size.ts";
import type { Variant } from "./variant.ts";

/** Names of the studies, in the order of the report. */
export const STUDY_NAMES = [
  "main",
  "steps",
  "images",
  "teachers",
  "online",
  "ablations",
  "virtual-views",
] as const;

/** Name of a study. */
export type StudyName = typeof STUDY_NAMES[number];

/** A variant in a study. */
export interface StudyEntry {
  variant: Variant;
  /** Number of training seeds it is run from, 0 to `seeds` - 1. */
  seeds: number;
  /**
   * Id of the variant that starts from the same weights, predicts in the same way and takes no gradient step:
   * what the steps are worth is measured against it. Null where the variant does not adapt.
   */
  stepZero: string | null;
  /** Position on the horizontal axis of a curve, such as the number of photographs; null where there is none. */
  position: number | null;
}

/** A comparison of variants. */
export interface Study {
  name: StudyName | "tune";
  title: string;
  /** What the study is for, in a sentence or two. */
  about: string;
  entries: StudyEntry[];
  sequences: SceneSequence[];
}

/** A study without the variants that no student is available for. */
export interface BuiltStudy extends Study {
  /** Ids of the variants that were left out. */
  withoutStudent: string[];
}

/** What studies are built from. */
export interface StudyContext {
  dataset: Dataset;
  split: DatasetSplit;
  profile: BenchmarkProfile;
  methods: ReadonlyMap<string, Method>;
  /** Methods of the main study. */
  chosen: readonly string[];
  size: StudySize;
  /** Whether a student for a variant exists or may be trained. */
  isAvailable(variant: Variant): boolean;
}
