/**
 * One scene's share of a training step: forward and backward over an augmented copy of it.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import { Tensor } from "../graph/tensor.ts";
import { pairViews } from "../pairing/mod.ts";
import type { Random } from "../random/random.ts";
import { MASK, Masker } from "../ttt/masking.ts";
import type { PlanContext } from "../ttt/plans/context.ts";
import { distillationTarget } from "../ttt/plans/distillation_target.ts";
import { LossHistory } from "../ttt/plans/loss_history.ts";
import { reconstructionPlan } from "../ttt/plans/reconstruction.ts";
import { type TrainingLosses, trainingPlan } from "../ttt/plans/training.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import { augment, type AugmentedPoints } from "./augment.ts";
import { headsPlan } from "./heads.ts";
import type { SourceScene } from "./source_scenes.ts";
import type { Trainee, TrainingProgress } from "./training_run.ts";

/** The losses of several steps. Owns its buffers. */
export class LossHistories implements Disposable {
  /** Cross-entropy of the class head or, for heads alone, of the probe. */
  readonly classes: LossHistory;
  /** KD loss. */
  readonly distillation: LossHistory;
  /** Reconstruction loss. */
  readonly reconstruction: LossHistory;

  /** @param capacity scenes whose losses it keeps. */
  constructor(gpu: Gpu, capacity: number) {
    using owned = new DisposableStack();
    this.classes = owned.use(new LossHistory(gpu, capacity));
    this.distillation = owned.use(new LossHistory(gpu, capacity));
    this.reconstruction = owned.use(new LossHistory(gpu, capacity));
    owned.move();
  }

  /** Reads the means, without losses that the objective does not have. */
  async means(): Promise<
    Pick<TrainingProgress, "crossEntropy" | "distillation" | "reconstruction">
  > {
    const distillation = await this.distillation.values();
    const reconstruction = await this.reconstruction.values();
    return {
      crossEntropy: mean(await this.classes.values()),
      ...(distillation.length > 0 ? { distillation: mean(distillation) } : {}),
      ...(reconstruction.length > 0 ? { reconstruction: mean(reconstruction) } : {}),
    };
  }

  [Symbol.dispose](): void {
    this.classes[Symbol.dispose]();
    this.distillation[Symbol.dispose]();
    this.reconstruction[Symbol.dispose]();
  }
}

/** The streams of random numbers that a scene's gradients draw from. */
export interface GradientStreams {
  /** For augmentations. */
  readonly scenes: Random;
  /** For masks, where the objective reconstructs. */
  readonly masks: Random;
}

/** Adds the gradients of one augmented scene to those of the batch. */
export async function addGradients(
  trainee: Trainee,
  source: SourceScene,
  streams: GradientStreams,
  histories: LossHistories,
): Promise<void> {
  const { student, parameters } = trainee;
  const { gpu, config, dataset, headsOnly } = trainee.run;
  const points = augment(source.points, streams.scenes, config.crop);
  using owned = new DisposableStack();
  const scan = owned.use(
    await SparseScan.build(gpu, student, config.features, points, config.voxelSize),
  );
  const context: PlanContext = { gpu, student, scan, parameters };
  const distillation = await distillationOf(trainee, source, scan, points, owned);
  const labels = owned.use(gpu.upload("labels", Uint32Array.from(points.labels)));
  const losses: TrainingLosses = {
    labels: new Tensor("labels", points.labels.length, 1, { binding: labels }),
    ignore: dataset.ignoreLabel,
    statistics: config.statistics,
    weight: 1 / config.batch,
    classHistory: histories.classes,
    distillationHistory: histories.distillation,
  };
  const plan = owned.use(
    distillation && headsOnly
      ? headsPlan(context, { ...losses, distillation })
      : trainingPlan(context, { ...losses, ...(distillation ? { distillation } : {}) }),
  );
  plan.submit();
  if (config.objective !== "mae") return;
  const masker = await Masker.of({ ...context, points, features: config.features });
  const masked = owned.use(await masker.draw(MASK, streams.masks));
  owned.use(reconstructionPlan(context, masked, {
    statistics: config.statistics ?? "batch",
    trainable: () => true,
    weight: config.reconstruction / config.batch,
    history: histories.reconstruction,
  })).submit();
}

/** The teacher's targets for an augmented scene, and λ; null without a teacher. */
async function distillationOf(
  { run: { gpu, config }, centre }: Trainee,
  { points: { origin }, cameras, maps }: SourceScene,
  { voxels }: SparseScan,
  { unmoved }: AugmentedPoints,
  owned: DisposableStack,
): Promise<Required<TrainingLosses>["distillation"] | null> {
  if (!centre) return null;
  const positions = owned.use(gpu.upload("unmoved positions", unmoved));
  const targets = owned.use(
    await pairViews(gpu, { voxels, positions, origin, cameras, maps }),
  );
  return { target: distillationTarget(targets, centre), weight: config.distillation };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
