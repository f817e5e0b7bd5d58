/**
 * What is measured once the weights are final: the running statistics, the source KD loss, and what the training
 * scenes are like.
 *
 * @module
 */
import { domainOf, profileOf, type StudentDomain } from "../domain/mod.ts";
import type { StudentTeacher } from "../nn/card.ts";
import type { NamedTensor } from "../nn/safetensors.ts";
import { pairViews } from "../pairing/mod.ts";
import type { FeatureTeacher } from "../teacher/mod.ts";
import { distillationTarget } from "../ttt/plans/distillation_target.ts";
import { kdLossOf } from "../ttt/plans/prediction.ts";
import { PopulationStatistics } from "../ttt/population_statistics.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { describeScene, type SourceScene } from "./source_scenes.ts";
import type { Trainee } from "./training_run.ts";

/** Most held-out scenes that the source KD loss is measured on; nor are they more than the training scenes. */
const KD_SCENES = 8;

/**
 * Measures what the training scenes are like, which are not augmented.
 *
 * @param fromAbove whether they were made from the air; by default, whether most of their files say so.
 */
export function measureDomain(
  scenes: readonly SourceScene[],
  fromAbove = scenes.filter((scene) => scene.fromAbove).length > scenes.length / 2,
): StudentDomain {
  return domainOf(scenes.map(({ points }) => profileOf(points.positions)), fromAbove);
}

/** Measures the statistics of the norm layers over the training scenes, which are not augmented. */
export async function measureStatistics(
  { run, student, parameters }: Trainee,
  scenes: readonly SourceScene[],
): Promise<Map<string, NamedTensor>> {
  const { gpu, config, onProgress, signal } = run;
  const statistics = new PopulationStatistics();
  for (const [index, { points }] of scenes.entries()) {
    signal?.throwIfAborted();
    using scan = await SparseScan.build(gpu, student, config.features, points, config.voxelSize);
    await statistics.add({ gpu, student, scan, parameters });
    onProgress?.({ phase: "statistics", done: index + 1, total: scenes.length });
  }
  return statistics.tensors();
}

/**
 * Measures the source KD loss: mean and standard deviation over validation scenes of the same domain. Batch norm uses
 * the statistics that ρ_2D was trained with: each scene's own or, for heads on a frozen backbone and where the settings say so,
 * the running ones, for which the deviation is left out.
 *
 * @returns null where the domain has no validation scenes.
 */
export async function measureSourceKdLoss(
  { run, student, parameters, centre }: Trainee,
  teacher: FeatureTeacher,
): Promise<Pick<StudentTeacher, "sourceKdLoss" | "sourceKdDeviation"> | null> {
  const { gpu, config, dataset } = run;
  const count = Math.min(KD_SCENES, config.scenes, dataset.count(config.domain, "validation"));
  if (count === 0 || !centre) return null;
  const isRunning = run.headsOnly === true || config.statistics === "running";
  const losses: number[] = [];
  for (let index = 0; index < count; index++) {
    using owned = new DisposableStack();
    const scene = await dataset.scene(config.domain, "validation", index);
    const { points, cameras, maps } = await describeScene(run, teacher, scene);
    for (const map of maps) owned.use(map);
    const scan = owned.use(
      await SparseScan.build(gpu, student, config.features, points, config.voxelSize),
    );
    const { voxels, positions } = scan;
    const { origin } = points;
    const targets = owned.use(await pairViews(gpu, { voxels, positions, origin, cameras, maps }));
    losses.push(
      await kdLossOf(
        { gpu, student, scan, parameters },
        distillationTarget(targets, centre),
        isRunning ? "running" : "batch",
      ),
    );
  }
  const sourceKdLoss = losses.reduce((sum, loss) => sum + loss) / count;
  const squares = losses.reduce((sum, loss) => sum + (loss - sourceKdLoss) ** 2, 0);
  return isRunning
    ? { sourceKdLoss }
    : { sourceKdLoss, sourceKdDeviation: Math.sqrt(squares / count) };
}
