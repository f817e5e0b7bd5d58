/**
 * The interface of teachers: a card and feature maps. {@link Teacher} runs a model; upper bounds and placebos of
 * evaluations get their features in other ways.
 *
 * @module
 */
import type { Photo } from "../scan/mod.ts";
import type { TeacherCard } from "./card.ts";
import type { FeatureMap } from "./feature_map.ts";

/** Settings of {@link FeatureTeacher.describeAll}. */
export interface DescribeOptions {
  /** Aborting it keeps further photographs from being started and makes the call throw the signal's reason. */
  signal?: AbortSignal;
  /** Called after each photograph with the number that are done. */
  onPhoto?: (done: number) => void;
}

/** A frozen source of features for photographs. */
export interface FeatureTeacher {
  /** The teacher's card; only `id` and `width` matter beyond this room. */
  readonly card: TeacherCard;
  /** Describes photographs by one map each, in their order; frees all maps where it fails. */
  describeAll(photos: readonly Photo[], options?: DescribeOptions): Promise<FeatureMap[]>;
  /** Frees the teacher. */
  destroy(): Promise<void>;
}
