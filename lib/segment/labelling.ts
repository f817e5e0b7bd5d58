/**
 * What labelling in one piece (`whole_labelling.ts`) and by blocks (`block_labelling.ts`) share.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import { Random } from "../random/random.ts";
import { UNCORRECTED } from "../ttt/corrections.ts";
import type { Method, OnlineMemory } from "../ttt/methods/mod.ts";
import type { Drift } from "../ttt/online_state.ts";
import type { DescribedViews } from "../ttt/photographs.ts";
import type { PlanContext } from "../ttt/plans/context.ts";
import { PredictionPlan } from "../ttt/plans/prediction.ts";
import type { Probabilities } from "../ttt/probabilities.ts";
import type { Voxels } from "../sparse/mod.ts";
import { entropyAround } from "../ttt/trust.ts";
import { Neighbourhood } from "../voxels/neighbourhood.ts";
import type { Points } from "../voxels/points.ts";
import { usefulVoxels } from "./labels/suggestions.ts";
import type { Unvoted } from "./labels/unvoted.ts";
import { describeVoxels } from "./labels/descriptions.ts";
import type { Votes } from "./labels/votes.ts";
import type { ScanMonitor } from "./scan_monitor.ts";
import type { LabelReadout, LabelSnapshot } from "./segmenter.ts";

/** A scan to label, and everything to label it with. */
export interface LabellingTask {
  readonly gpu: Gpu;
  readonly student: Student;
  readonly card: StudentCard;
  /** The source weights, which must not be written to. */
  readonly source: Parameters;
  readonly method: Method;
  readonly settings: unknown;
  /** Further settings to read the adapted weights by. */
  readonly readouts: readonly unknown[];
  /** Whether the probabilities of all classes are wanted. */
  readonly probabilities: boolean;
  /** Most points that are to be suggested for correction. */
  readonly suggestions: number;
  /** Steps after which labels are wanted too. */
  readonly snapshots: readonly number[];
  /** [N] class of every point that the client has corrected, `UNCORRECTED` for the others; null where it has none. */
  readonly corrections: Uint8Array | null;
  /** Has corrected voxels vote. */
  readonly votes: Votes;
  /** What an earlier run came to before corrected points voted, to be taken in place of the method's steps. */
  readonly unvoted: Omit<Unvoted, "basis"> | null;
  readonly points: Points;
  /** Metres. */
  readonly voxelSize: number;
  /** Null where the method does not use photographs. */
  readonly views: DescribedViews | null;
  /** Is told how many points the views see, as soon as that is known. */
  readonly paired: (pointsSeen: number) => void;
  readonly memory: OnlineMemory;
  readonly work: ScanMonitor;
}

/** Labels by point, and how they came about. */
export interface LabelledPointCloud {
  readonly labels: Uint8Array;
  readonly confidence: Float32Array;
  /** f32 [points][classes]; present where the task wants them. */
  readonly probabilities?: Float32Array | undefined;
  /** The prediction before corrected points voted; absent where the scan was labelled by blocks. */
  readonly beforeVotes?: Probabilities;
  /** Points to be corrected first, the most useful first; empty where the task wants none. */
  readonly suggestions: Uint32Array;
  /** The labels of the source weights. */
  readonly sourceLabels: Uint8Array;
  readonly snapshots: LabelSnapshot[];
  readonly readouts: LabelReadout[];
  readonly voxels: number;
  readonly blocks: number;
  readonly pointsSeen: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly drift?: Drift | undefined;
  readonly note?: string | undefined;
}

/** Methods draw the same random numbers for every scan, so that its labels do not depend on other scans. */
const METHOD_SEED = 1;

/** Starts the random numbers of a method, anew for every scan. */
export function methodRandom(): Random {
  return new Random(METHOD_SEED);
}

/** Predicts by the weights of `context` with the statistics of training. */
export async function predictVoxels(context: PlanContext): Promise<Probabilities> {
  using plan = new PredictionPlan(context, "running");
  plan.submit();
  return await plan.read();
}

/**
 * How much is in doubt around each voxel, 0 to 1: the entropy of the prediction, in the mean over the voxel and its neighbours.
 * Where predictions that are fused disagree, their geometric mean is unsure, so that disagreement of network, probe and
 * unadapted weights counts, too.
 */
export async function doubtAround(
  gpu: Gpu,
  { coords, count }: Voxels,
  prediction: Probabilities,
): Promise<Float32Array> {
  const around = new Neighbourhood(await gpu.read(coords, Int32Array, 4 * count));
  return entropyAround(prediction, null, around);
}

/** A point to ask for, and how much doubt its answer would reach. */
export interface UsefulPoint {
  readonly point: number;
  readonly use: number;
}

/**
 * The points to be corrected first, one of a voxel.
 *
 * @param context with the source weights
 * @param pointRow voxel of each of the points that may be chosen, by the point's number in the scan
 */
export async function usefulPoints(
  context: PlanContext,
  prediction: Probabilities,
  pointRow: ReadonlyMap<number, number>,
  { corrections, suggestions }: Pick<LabellingTask, "corrections" | "suggestions">,
): Promise<UsefulPoint[]> {
  if (suggestions === 0) return [];
  const { gpu, scan: { voxels } } = context;
  const pointOf = new Map<number, number>();
  const corrected = new Set<number>();
  for (const [point, row] of pointRow) {
    if (!pointOf.has(row)) pointOf.set(row, point);
    if ((corrections?.[point] ?? UNCORRECTED) !== UNCORRECTED) corrected.add(row);
  }
  const coords = await gpu.read(voxels.coords, Int32Array, 4 * voxels.count);
  const doubt = await doubtAround(gpu, voxels, prediction);
  const isEligible = (row: number) => pointOf.has(row) && !corrected.has(row);
  const looks = await describeVoxels(context);
  return usefulVoxels(coords, looks, doubt, isEligible, suggestions)
    .map(({ row, use }) => ({ point: pointOf.get(row)!, use }));
}

/** The most useful of points, as numbers. */
export function mostUseful(points: readonly UsefulPoint[], count: number): Uint32Array {
  const sorted = points.toSorted((a, b) => b.use - a.use || a.point - b.point);
  return Uint32Array.from(sorted.slice(0, count), ({ point }) => point);
}

/** Whatever the network makes of it, a corrected point is what the client says. */
export function setCorrected(
  { corrections, card }: Pick<LabellingTask, "corrections" | "card">,
  { labels, confidence, probabilities }: Pick<
    LabelledPointCloud,
    "labels" | "confidence" | "probabilities"
  >,
): void {
  const { length: classes } = card.classes;
  for (const [point, label] of (corrections ?? []).entries()) {
    if (label === UNCORRECTED) continue;
    [labels[point], confidence[point]] = [label, 1];
    probabilities?.fill(0, point * classes, (point + 1) * classes);
    probabilities?.fill(1, point * classes + label, point * classes + label + 1);
  }
}
