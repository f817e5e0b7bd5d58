/**
 * The form of `results.json`. All figures are fractions, not percent.
 *
 * @module
 */

import type { MeanOver } from "../../metrics/confusion.ts";

/** How much better a variant is than another one on the same scenes, as a difference of mIoU. */
export interface Difference {
  mean: number;
  ci95: [low: number, high: number];
  /** Number of scenes, the least over the domains; of a single scene the interval says nothing. */
  scenes: number;
}

/** A difference with the number of scenes on which it is above zero. */
export interface SceneDifference extends Difference {
  scenesWon: number;
}

/** The mIoU after a number of gradient steps. */
export interface CurvePoint {
  step: number;
  miou: number;
  ci95: [low: number, high: number];
}

/** One variant on one domain or sequence. */
export interface VariantResult {
  /** Mean over training seeds of the mIoU of the points of all scenes together. */
  miou: number;
  perSeed: number[];
  ci95: [low: number, high: number];
  /** IoU by class name, of all scenes and training seeds together. */
  perClass: Record<string, number>;
  /** mIoU by scene, from the first training seed. */
  perScene: number[];
  /** mIoU of the points that no photograph sees, where they are counted apart and there are any. */
  unseen?: number;
  /** Differences to `source` and to the variant's own step 0, by variant id. */
  against: Record<string, SceneDifference>;
  /** Whether it lies more than half a point of mIoU below `source`. */
  harmed: boolean;
  /** Mean over scenes of the fraction of points that a view sees. */
  pointsSeen: number;
  /** Scans on which the method stopped by itself, or did not adapt. */
  decided: number;
  /** Of variants that are read after several numbers of steps. */
  curve?: CurvePoint[];
  /**
   * Of online studies: the mIoU of the last scans of a sequence, from the first full window on;
   * `perScene.length` - window + 1 values.
   */
  running?: number[];
}

/** One variant over all shifted domains. */
export interface MeanResult {
  miou: number;
  /** The mean over the domains that have points that no photograph sees, where these are counted apart. */
  unseen?: number;
  /** mIoU relative to `source`, less 1; null where `source` was not run. */
  relative: number | null;
  against: Record<string, Difference>;
  /** Domains in which the interval of the difference to `source` lies above zero. */
  domainsAbove: number;
  domainsHarmed: number;
  domains: number;
}

/** One study. */
export interface StudyResult {
  name: string;
  title: string;
  about: string;
  /** Variants in the order of tables. */
  variants: {
    id: string;
    label: string;
    method: string;
    stepZero: string | null;
    position: number | null;
    seeds: number;
  }[];
  /** By sequence (mostly a domain) and variant id. */
  domains: Record<string, Record<string, VariantResult>>;
  /** Over the shifted domains, where there are several. */
  mean: Record<string, MeanResult>;
  /** By sequence, the numbers of scans after which its domain changes. */
  changes: Record<string, number[]>;
}

/** What it costs to label one scan. */
export interface ScanCost {
  secondsPerScan: number;
  gradientSteps: number;
}

/** Where and with what an evaluation was run. */
export interface RunDescription {
  benchmark: string;
  split: string;
  seeds: number;
  /** Identity of the usual student. */
  student: string;
  /** Name of the usual teacher. */
  teacher: string;
  /** Name of the GPU. */
  adapter: string;
  /** The command that makes these results. */
  command: string;
  /** When they were summarised: ISO 8601. */
  date: string;
  /** The commit of the program; null outside of a repository. */
  commit: string | null;
  classes: readonly string[];
  /** The classes that mIoU is the mean over. */
  meanOver: MeanOver;
  domains: Record<string, { about: string; isSource: boolean }>;
  /** Everything that the cells depend on, by name. */
  settings: Record<string, string>;
  /** What was left out because no student is available for it, as `study: variant`. */
  withoutStudent: readonly string[];
}

/** `results.json`. */
export interface Results extends Omit<RunDescription, "domains"> {
  /** What each domain is. */
  about: RunDescription["domains"];
  /** The main study, by domain and variant id. */
  domains: Record<string, Record<string, VariantResult>>;
  /** By variant id. */
  cost: Record<string, ScanCost>;
  studies: StudyResult[];
  /** What was left out because cells are missing, as `study: variant on sequence`. */
  missing: string[];
}
