/**
 * The caches of an evaluation on disk, and what is read through them: scenes, students and teachers.
 *
 * @module
 */
import { join } from "node:path";
import type { Dataset, DatasetSplit } from "../datasets/dataset.ts";
import type { GpuHost } from "../gpu/mod.ts";
import type { ProgressDisplay } from "../terminal/progress.ts";
import { TRAINING_PHASES } from "../train/training_run.ts";
import { FileCache } from "./cache/file_cache.ts";
import { SceneCache } from "./cache/scene_cache.ts";
import { EvalModels } from "./models/eval_models.ts";

const GIGABYTE = 1e9;
/** Largest size of each cache; a scene has about 1 MB, the maps of its photographs 0.6 MB. */
const CACHE_LIMITS = { scenes: 4 * GIGABYTE, features: 4 * GIGABYTE, students: 4 * GIGABYTE };

/** What scenes and models are read for. */
export interface CachedInputs {
  dataset: Dataset;
  /** What students are trained on, mostly the data set itself. Its classes are those of `dataset`. */
  trainedOn: Dataset;
  split: DatasetSplit;
  /** Path of a checkpoint that stands for every student; null where each has its own. */
  student: string | null;
  /** Network of the students that are trained; null for that of the embedded ones. */
  backbone: string | null;
  /** Folder of the caches. */
  cache: string;
  host: GpuHost;
  display: ProgressDisplay;
}

/**
 * Opens the caches.
 *
 * @throws {RangeError} where the students' classes are not those of the data set.
 */
export function openCaches(
  { dataset, trainedOn, split, cache, host, student, backbone, display }: CachedInputs,
): { scenes: SceneCache; models: EvalModels } {
  if (dataset.classes.join() !== trainedOn.classes.join()) {
    throw new RangeError(
      `Cannot judge students of ${trainedOn.name} on ${dataset.name}: their classes differ`,
    );
  }
  const cacheOf = (name: keyof typeof CACHE_LIMITS) =>
    new FileCache(join(cache, name), CACHE_LIMITS[name]);
  return {
    scenes: new SceneCache(dataset, split, cacheOf("scenes")),
    models: new EvalModels({
      evaluated: dataset,
      features: cacheOf("features"),
      host,
      dataset: trainedOn,
      files: cacheOf("students"),
      given: student,
      backbone,
      onProgress: (id, { phase, done, total }) =>
        display.update({ label: `${TRAINING_PHASES[phase]}, ${id}`, value: done, total }),
    }),
  };
}
