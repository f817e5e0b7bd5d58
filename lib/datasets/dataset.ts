/**
 * What a benchmark is to everything that trains or judges: labelled scenes by domain and split, with their
 * photographs. A procedural world and a folder of real scans look the same behind it.
 *
 * @module
 */
import type { Camera, Photo, Scan } from "../scan/mod.ts";

/** Parts of a domain that never share a scene. */
export const DATASET_SPLITS = ["train", "validation", "test"] as const;

export type DatasetSplit = typeof DATASET_SPLITS[number];

/** A site and a sensor. */
export interface DatasetDomain {
  readonly name: string;
  /** One line for reports: what differs from the source. */
  readonly about: string;
  /** Whether students are trained here; the others are met at test time only. */
  readonly isSource: boolean;
}

/** A labelled scan with its photographs. */
export interface DatasetScene {
  /** "domain/split/index" or the scene's own name; unique in the data set. */
  readonly id: string;
  /** `labels` holds the true class of every point, or the ignore label. */
  readonly scan: Scan;
  /** `photos[i]` was taken by `cameras[i]`. */
  readonly photos: readonly Photo[];
  readonly cameras: readonly Camera[];
  /**
   * True class of every pixel of every photograph ([height * width], ignore label where there is none), where
   * the data set knows it. Only the oracle teacher, an upper bound, ever looks at it.
   */
  readonly photoClasses?: readonly Uint8Array[];
}

/** Labelled scenes by domain and split. */
export interface Dataset {
  readonly name: string;
  /** Class names; the index is the label. */
  readonly classes: readonly string[];
  /** Red, green, blue (0 to 255) of every class. */
  readonly palette: readonly (readonly [number, number, number])[];
  /** ASPRS classification code of every class. */
  readonly asprs: readonly number[];
  /** Label of points that belong to no class; they are neither trained on nor scored. */
  readonly ignoreLabel: number;
  readonly domains: readonly DatasetDomain[];
  /** Number of scenes of a split of a domain; 0 where there are none. */
  count(domain: string, split: DatasetSplit): number;
  /**
   * A scene. The same request gives the same scene.
   *
   * @throws {RangeError} where there is no such domain or scene.
   */
  scene(domain: string, split: DatasetSplit, index: number): Promise<DatasetScene>;
  /** Changes whenever the scenes of a domain would; caches put it into their keys. */
  version(domain: string): string;
}
