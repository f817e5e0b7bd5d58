/**
 * Labels one scan in one piece: voxels, targets, the method, and its prediction brought back to the points.
 *
 * @module
 */
import { correctedVoxels } from "../ttt/corrections.ts";
import { classHeights } from "./labels/class_heights.ts";
import { labelPoints } from "./labels/point_labels.ts";
import type { AdaptationResult } from "../ttt/method.ts";
import { nothingSeen, pairPhotographs } from "../ttt/photographs.ts";
import { type FusionSettings, predictionsOf } from "../ttt/late_fusion.ts";
import type { PlanContext } from "../ttt/plans/context.ts";
import type { Probabilities } from "../ttt/probabilities.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";
import {
  type LabelledPointCloud,
  type LabellingTask,
  methodRandom,
  mostUseful,
  predictVoxels,
  setCorrected,
  usefulPoints,
} from "./labelling.ts";

/**
 * Labels a scan.
 *
 * @throws {CameraError} where no camera sees any point.
 */
export async function labelWhole(task: LabellingTask): Promise<LabelledPointCloud> {
  const { gpu, student, card, source: parameters, method, points, voxelSize, views, work } = task;
  using owned = new DisposableStack();
  const scan = owned.use(
    await work.time(
      "voxelize",
      () => SparseScan.build(gpu, student, card.features, points, voxelSize),
    ),
  );
  const photographs = views &&
    await work.time("pair", () => pairPhotographs(gpu, scan, views, owned));
  if (photographs?.pointsSeen === 0) throw nothingSeen();
  const { unvoted } = task;
  const pointsSeen = photographs?.pointsSeen ?? unvoted?.pointsSeen ?? null;
  if (pointsSeen !== null) task.paired(pointsSeen);

  const plan: PlanContext = { gpu, student, scan, parameters };
  const source = await work.time("predict", () => predictVoxels(plan));
  const { memory, snapshots } = task;
  const { steps = 0, augmentations = 0 } = task.settings as Partial<Record<string, number>>;
  if (!unvoted) {
    work.expect({
      blocks: 1,
      steps,
      augmentations,
      readouts: predictionsOf([task.settings, ...task.readouts] as FusionSettings[]),
    });
  }
  const { voxels } = scan;
  const pointRow = await gpu.read(voxels.pointRow, Uint32Array, voxels.points);
  const corrected = task.corrections &&
    correctedVoxels(task.corrections, pointRow, voxels.count);
  const adapted: AdaptationResult = unvoted ?? await method.adapt(
    {
      ...{ ...plan, card, points, photographs, source, corrections: corrected },
      ...{ random: methodRandom(), memory, snapshots, work },
    },
    task.settings,
    task.readouts,
  );

  const heights = classHeights(card, points);
  const byPoint = (prediction: Probabilities, keeps = false) =>
    labelPoints(prediction, pointRow, heights, keeps);
  const answer = await task.votes.on(plan, corrected, adapted.probabilities);
  const labelled = byPoint(answer, task.probabilities);
  const useful = await usefulPoints(plan, answer, new Map(pointRow.entries()), task);
  setCorrected(task, labelled);
  return {
    ...labelled,
    beforeVotes: adapted.probabilities,
    suggestions: mostUseful(useful, task.suggestions),
    sourceLabels: byPoint(source).labels,
    snapshots: (adapted.snapshots ?? []).map(({ step, probabilities }) => ({
      step,
      labels: byPoint(probabilities).labels,
    })),
    readouts: (adapted.readouts ?? []).map(({ probabilities, seconds }) => {
      const { labels, probabilities: own } = byPoint(probabilities, task.probabilities);
      return { labels, ...(own ? { probabilities: own } : {}), seconds };
    }),
    voxels: voxels.count,
    blocks: 1,
    pointsSeen: pointsSeen ?? 0,
    steps: adapted.steps,
    losses: adapted.losses,
    drift: adapted.drift,
    note: adapted.note,
  };
}
