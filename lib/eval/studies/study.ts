/**
 * What a study is: variants that are compared on sequences of scenes.
 *
 * @module
 */
import type { Sequence } from "./sequence.ts";
import type { Variant } from "./variant.ts";

/** Names of the studies, in the order of the report. */
export const STUDY_NAMES = [
  "main",
  "steps",
  "images",
  "teachers",
  "online",
  "ablations",
  "views",
] as const;

export type StudyName = typeof STUDY_NAMES[number];

/** A variant in a study. */
export interface Entry {
  variant: Variant;
  /** From how many training seeds it is run, 0 to `seeds` - 1. */
  seeds: number;
  /**
   * Id of the variant that starts from the same weights with batch statistics, fused or not, and takes no
   * step: what a gain has to be read against. Null where the variant does not adapt.
   */
  stepZero: string | null;
  /** Position on the axis of a curve, such as the number of images; null where there is none. */
  position: number | null;
}

/** A comparison of variants. */
export interface Study {
  name: StudyName | "tune";
  title: string;
  /** What it is for, in a sentence or two for readers. */
  about: string;
  entries: Entry[];
  sequences: Sequence[];
}

/** A study, and what it had to leave out. */
export interface BuiltStudy extends Study {
  /** Ids of the variants that no trained student is there for. */
  withoutStudent: string[];
}
