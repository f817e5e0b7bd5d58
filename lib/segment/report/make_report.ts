/**
 * Writes the report of a scan once it is labelled.
 *
 * @module
 */
import { choiceWithLoss, type StudentChoice } from "../../domain/mod.ts";
import { metricsOf } from "../../metrics/confusion.ts";
import type { ScanFrame } from "../../scan/mod.ts";
import type { TeacherCard } from "../../teacher/mod.ts";
import type { DistillationSettings } from "../../ttt/methods/distillation/settings.ts";
import { tttKd } from "../../ttt/methods/ttt_kd.ts";
import { FORMER_LOSSES } from "../former_names.ts";
import type { ChosenViews } from "../views/chosen_views.ts";
import { countInstances } from "../instances/find_instances.ts";
import type { LabelledPointCloud, LabellingTask } from "../labelling.ts";
import type { Truth } from "../labels/truth.ts";
import type { MetricRequest } from "../metric_request.ts";
import type { SegmentRequest } from "../segmenter.ts";
import type { ReportedScan, ScanReport } from "./report.ts";

/** What a report is made from. */
export interface ReportedWork {
  readonly metric: MetricRequest;
  /** Why this student labelled the scan. */
  readonly choice: StudentChoice;
  /** The labels that the scan came with, where they are to be scored. */
  readonly truth: Truth;
  readonly views: ChosenViews;
  readonly task: LabellingTask;
  readonly labelled: LabelledPointCloud & { instances: Uint32Array | null };
  readonly teacher: TeacherCard | null;
}

/** Makes the report; `task.work` has the milliseconds by phase and the warnings. */
export function makeReport(
  { metric, choice, truth, views, task, labelled, teacher }: ReportedWork,
): ScanReport {
  const { gpu, method, voxelSize, card, work: { phases, warnings } } = task;
  const { labels, sourceLabels, voxels, blocks, pointsSeen, steps, drift, note } = labelled;
  const { instances } = labelled;
  const { request: { scan: { name, format }, options }, frame } = metric;
  const { cameras, appearance } = views;
  const points = labels.length;
  const changed = labels.reduce((sum, label, p) => sum + Number(label !== sourceLabels[p]), 0);
  const scored = (predicted: Uint8Array) => predicted.map((index) => truth.classes.of[index]!);
  const metrics = truth.labels &&
    metricsOf(
      truth.labels,
      { source: scored(sourceLabels), [method.name]: scored(labels) },
      truth.classes.names,
    );
  return {
    scan: {
      ...{ name, format, points, voxels, voxelSize },
      ...reportedFrame(frame),
      ...(metric.given.scan.labels ? { labels: truth.labels ? "scored" : "not-scored" } : {}),
      blocks,
    },
    views: { count: cameras.length, pointsSeen, ...(appearance ? { virtual: appearance } : {}) },
    student: card.id,
    studentChoice: choice,
    teacher: teacher?.id ?? null,
    adapter: gpu.adapterName,
    kernels: gpu.kernels.name,
    method: method.name,
    steps,
    lossName: method.lossName,
    losses: [...labelled.losses],
    ...(options.former ? { [FORMER_LOSSES]: [...labelled.losses] } : {}),
    warnings,
    phases,
    ...(drift ? { drift } : {}),
    ...(note === undefined ? {} : { note }),
    changedPoints: changed / points,
    ...(instances ? { instances: countInstances(instances, labels, card.classes) } : {}),
    ...(metrics ? { metrics } : {}),
  };
}

/** The frame of a scan as its report names it. */
function reportedFrame(
  { units: { horizontal, vertical }, up }: ScanFrame,
): Pick<ReportedScan, "unit" | "verticalUnit" | "up"> {
  const unit = horizontal.name;
  return { unit, ...(vertical.name === unit ? {} : { verticalUnit: vertical.name }), up };
}

/**
 * The choice of a student once the scan is labelled: the first loss of a method that distils tells at no cost what the
 * photographs say, where it was measured as that of source scenes was.
 */
export function choiceAfter(
  choice: StudentChoice,
  { options: { viewSource }, placebo }: SegmentRequest,
  { card, method, settings, voxelSize }: LabellingTask,
  { losses, blocks }: LabelledPointCloud,
): StudentChoice {
  const { statistics, stop } = settings as Partial<DistillationSettings>;
  const loss = losses[0];
  const isComparable = loss !== undefined && method.lossName === tttKd.lossName &&
    !method.online && blocks === 1 && voxelSize === card.voxelSize && statistics === "batch" &&
    stop !== "held-out" && viewSource !== "virtual" && placebo === undefined;
  return isComparable && !choice.distances[card.id]?.photographs
    ? choiceWithLoss(choice, card, loss)
    : choice;
}
