/**
 * The interface of a benchmark for training and evaluation: labelled scenes by domain and split, with their
 * photographs. Procedural worlds, folders of real scans and published data sets have it.
 *
 * @module
 */
import type { MeanOver } from "../metrics/confusion.ts";
import type { Camera, Photo, Scan } from "../scan/mod.ts";

/**
 * The parts of a domain. No two of them share a scene, except where a published data set keeps the labels of its test
 * part to itself: its validation part then stands for both.
 */
export const DATASET_SPLITS = ["train", "validation", "test"] as const;

/** A part of a domain. */
export type DatasetSplit = typeof DATASET_SPLITS[number];

/** A kind of scenes: one site and one sensor. */
export interface DatasetDomain {
  /** Name of the domain. */
  readonly name: string;
  /** One line for reports: what differs from the source domain. */
  readonly about: string;
  /** Whether students are trained on it; the other domains only serve for testing. */
  readonly isSource: boolean;
}

/** A labelled scan with its photographs. */
export interface DatasetScene {
  /** "domain/split/index", or the scene's own name; unique in the data set. */
  readonly id: string;
  /** The scan; its `labels` hold the true class of every point, or the ignore label. */
  readonly scan: Scan;
  /**
   * Number of the object that each point lies on, from 1; 0 where it lies on none. Left out where the data set does not
   * know objects.
   */
  readonly objects?: Int32Array;
  /** `photos[i]` was taken by `cameras[i]`. */
  readonly photos: readonly Photo[];
  /** The cameras of the photographs. */
  readonly cameras: readonly Camera[];
  /**
   * True class of every pixel of every photograph ([height * width], the ignore label where there is none), where
   * the data set knows it. Only the oracle teacher, an upper bound, reads it.
   */
  readonly photoClasses?: readonly Uint8Array[];
}

/** Labelled scenes by domain and split. */
export interface Dataset {
  /** Name of the data set. */
  readonly name: string;
  /** Class names; the index is the label. */
  readonly classes: readonly string[];
  /** Red, green, blue (0 to 255) of every class. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** ASPRS classification code of every class. */
  readonly asprs: readonly number[];
  /** What the cards of its students say of classes that have objects; left out where their names tell. */
  readonly things?: Readonly<Record<string, number>>;
  /** What the cards of its students say of the heights above the ground at which classes lie. */
  readonly heights?: Readonly<Record<string, readonly [low: number | null, high: number | null]>>;
  /** Label of points without a class; they count neither in training nor in scores. */
  readonly ignoreLabel: number;
  /** Licence of the data; undefined where it names none. */
  readonly licence?: string | undefined;
  /** The classes that mean IoU is the mean over; those that occur in truth or prediction by default. */
  readonly meanOver?: MeanOver;
  /** Whether points that no photograph sees are counted apart, too. */
  readonly countsUnseen?: boolean;
  /** Whether its scans are surveys from the air. */
  readonly fromAbove?: boolean;
  /** What is doubtful about its files, in whole sentences. */
  readonly warnings?: readonly string[];
  /** The domains, the source domain among them. */
  readonly domains: readonly DatasetDomain[];
  /** Counts the scenes in a split of a domain; 0 where there is no such domain. */
  count(domain: string, split: DatasetSplit): number;
  /**
   * Gives a scene; the same request gives the same scene.
   *
   * @throws {RangeError} where there is no such domain or scene
   */
  scene(domain: string, split: DatasetSplit, index: number): Promise<DatasetScene>;
  /** Gives a text that changes whenever the scenes of a domain do; caches use it in their keys. */
  version(domain: string): string;
}
