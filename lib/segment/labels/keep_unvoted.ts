/**
 * Keeps what a method made of a scan before corrected points voted, and tells whether it may be taken again.
 *
 * @module
 */
import type { StudentChoice } from "../../domain/mod.ts";
import type { LabelledPointCloud, LabellingTask } from "../labelling.ts";
import type { MetricRequest } from "../metric_request.ts";
import type { Unvoted } from "./unvoted.ts";

/** The KD losses that are known of a scan before its students are asked; none where it was taken to be in another frame. */
export function knownLosses(
  unvoted: Pick<Unvoted, "frame" | "firstLosses"> | undefined,
  frame: MetricRequest["frame"],
): Unvoted["firstLosses"] {
  return unvoted?.frame === JSON.stringify(frame) ? unvoted.firstLosses : {};
}

/**
 * Makes what is kept of a labelled scan.
 *
 * @param basis of {@link basisOf}
 */
export function unvotedOf(
  basis: string,
  frame: MetricRequest["frame"],
  { distances }: Pick<StudentChoice, "distances">,
  { beforeVotes, steps, losses, note, pointsSeen }: LabelledPointCloud,
): Unvoted | null {
  if (!beforeVotes) return null;
  const firstLosses = Object.entries(distances).flatMap(([id, { photographs }]) =>
    photographs ? [[id, photographs.loss]] : []
  );
  return {
    ...{ basis, frame: JSON.stringify(frame), firstLosses: Object.fromEntries(firstLosses) },
    ...{ probabilities: beforeVotes, steps, losses, note, pointsSeen },
  };
}

/**
 * Writes down everything that the prediction of a method depends on, beside the scan and its photographs.
 *
 * @returns null where the prediction cannot be kept: corrections teach, or more than the prediction is wanted.
 */
export function basisOf(
  { request, frame }: MetricRequest,
  { method, settings, card, gpu, voxelSize, snapshots, readouts }: Pick<
    LabellingTask,
    "method" | "settings" | "card" | "gpu" | "voxelSize" | "snapshots" | "readouts"
  >,
): string | null {
  const { options, placebo, learned } = request;
  const { correctionWeight } = settings as { correctionWeight?: number };
  // A method without such a weight learns from corrections by all steps that it takes.
  const teaches = correctionWeight === undefined ? method.lossName !== null : correctionWeight > 0;
  const isPlain = snapshots.length + readouts.length === 0 && placebo === undefined &&
    learned === undefined;
  if (!method.takesCorrections || teaches || !isPlain) return null;
  return JSON.stringify({
    ...{ student: card.id, method: method.name, settings, voxelSize, frame },
    viewSource: options.viewSource ?? "photographs",
    points: request.scan.count,
    ...{ adapter: gpu.adapterName, kernels: gpu.kernels.name },
  });
}
