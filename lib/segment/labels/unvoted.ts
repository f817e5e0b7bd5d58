/**
 * What a method made of a scan before corrected points voted. Where its steps do not learn from corrections, it is the same
 * whatever is corrected: kept, it answers the next corrections without taking the steps again.
 *
 * @module
 */
import type { StudentChoice } from "../../domain/mod.ts";
import type { LabelledPointCloud, LabellingTask } from "../labelling.ts";
import type { AdaptationResult } from "../../ttt/method.ts";
import type { MetricRequest } from "../metric_request.ts";

/** A prediction from before the votes. */
export interface Unvoted extends Pick<AdaptationResult, "probabilities" | "steps" | "losses"> {
  /** What it depends on; see {@link basisOf}. */
  readonly basis: string;
  /** The frame that the scan was taken to be in, and by student the KD loss that its photographs have in it, as far as it was measured. */
  readonly frame: string;
  readonly firstLosses: Readonly<Record<string, number>>;
  readonly note?: string | undefined;
  /** Points of voxels that a view sees. */
  readonly pointsSeen: number;
}

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
