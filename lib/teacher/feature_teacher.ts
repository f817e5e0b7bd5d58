/**
 * What everything beyond this folder asks of a teacher: a card and feature maps. {@link Teacher} is one; upper
 * bounds and placebos may be made otherwise.
 *
 * @module
 */
import type { Photo } from "../scan/mod.ts";
import type { TeacherCard } from "./card.ts";
import type { FeatureMap } from "./feature_map.ts";

/** Settings of {@link FeatureTeacher.describeAll}. */
export interface DescribeOptions {
  /** Once aborted, no further photograph is begun, and the signal's reason is thrown. */
  signal?: AbortSignal;
  /** Told after each photograph how many are done. */
  onPhoto?: (done: number) => void;
}

/** A frozen source of features for photographs. */
export interface FeatureTeacher {
  readonly card: TeacherCard;
  /** One map a photograph, in their order; on failure nothing is left behind. */
  describeAll(photos: readonly Photo[], options?: DescribeOptions): Promise<FeatureMap[]>;
  destroy(): Promise<void>;
}
