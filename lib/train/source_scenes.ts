/**
 * The scenes that a student is trained on. All are made before training, and the teacher describes their photographs
 * once.
 *
 * @module
 */
import type { DatasetScene } from "../datasets/dataset.ts";
import { paddedChannels } from "../graph/tensor.ts";
import type { Student } from "../nn/student.ts";
import { pairViews } from "../pairing/mod.ts";
import { type Camera, looksDown } from "../scan/mod.ts";
import type { FeatureMap, FeatureTeacher } from "../teacher/mod.ts";
import { requireInputs, studentPoints } from "../voxels/points.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import type { LabelledPoints } from "./augment.ts";
import type { TrainingRun } from "./training_run.ts";

/** A scene with the teacher's features. */
export interface SourceScene {
  /** Points with labels. */
  readonly points: LabelledPoints;
  /** Cameras of the photographs. */
  readonly cameras: readonly Camera[];
  /** What the teacher makes of each photograph; empty where there is no teacher. */
  readonly maps: readonly FeatureMap[];
  /** Whether the file says that the scan was made from the air. */
  readonly fromAbove?: boolean;
}

/**
 * Prepares a scene; the caller owns its feature maps.
 *
 * @throws {TypeError} where the scene has no labels.
 * @throws {ScanError} where it lacks an input of the student.
 */
export async function describeScene(
  { config }: TrainingRun,
  teacher: FeatureTeacher | null,
  { id, scan, cameras, photos }: DatasetScene,
): Promise<SourceScene> {
  const { labels } = scan;
  if (!labels) {
    throw new TypeError(`Cannot train on ${id}: it has no labels; leave it out of split train`);
  }
  if (teacher && photos.length === 0) {
    throw new TypeError(
      `Cannot train jointly on ${id}: it has no photographs; add them, or take the objective "labels"`,
    );
  }
  requireInputs(scan, config);
  const points = studentPoints(scan, config.features, config.voxelSize, cameras);
  const maps = teacher ? await teacher.describeAll(photos) : [];
  return { points: { ...points, labels }, cameras, maps, fromAbove: looksDown(scan) };
}

/**
 * Makes all scenes of a run.
 *
 * @param owned disposes of the feature maps.
 * @returns the scenes, and the teacher's mean feature [D] over all voxels that a photograph sees.
 */
export async function prepareScenes(
  run: TrainingRun,
  teacher: FeatureTeacher | null,
  student: Student,
  owned: DisposableStack,
): Promise<{ scenes: SourceScene[]; centre: Float32Array<ArrayBuffer> | null }> {
  const { config, dataset } = run;
  const scenes: SourceScene[] = [];
  const sum = new Float64Array(student.teacherWidth ?? 0);
  let seen = 0;
  for (let index = 0; index < config.scenes; index++) {
    run.signal?.throwIfAborted();
    const scene = await dataset.scene(config.domain, "train", index);
    const source = await describeScene(run, teacher, scene);
    for (const map of source.maps) owned.use(map);
    scenes.push(source);
    if (teacher) seen += await addTargets(run, student, source, sum);
    run.onProgress?.({ phase: "scenes", done: index + 1, total: config.scenes });
  }
  return {
    scenes,
    centre: teacher && Float32Array.from(sum, (value) => value / Math.max(seen, 1)),
  };
}

/** Adds the targets of a scene's voxels to `sum` [D], and gives the number of voxels that have one. */
async function addTargets(
  { gpu, config }: TrainingRun,
  student: Student,
  { points, cameras, maps }: SourceScene,
  sum: Float64Array,
): Promise<number> {
  const { features, voxelSize } = config;
  using sparse = await SparseScan.build(gpu, student, features, points, voxelSize);
  const { voxels, positions } = sparse;
  using targets = await pairViews(gpu, {
    voxels,
    positions,
    origin: points.origin,
    cameras,
    maps,
    options: { precision: "float32" },
  });
  const values = await gpu.read(targets.values, Float32Array);
  const width = paddedChannels(targets.channels);
  // Rows of voxels without a target are zero.
  for (let row = 0; row < targets.rows; row++) {
    for (let c = 0; c < sum.length; c++) sum[c]! += values[row * width + c]!;
  }
  return targets.voxelsSeen;
}
