/**
 * Labels one scan in one piece: voxels, targets, the method, and its answer brought back to the points.
 * `block_labelling.ts` does the same for scans that are too large for that.
 *
 * @module
 */
import type { Gpu } from "../gpu/mod.ts";
import type { StudentCard } from "../nn/card.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Student } from "../nn/student.ts";
import { Random } from "../random/random.ts";
import type { Memory, Method, Work } from "../ttt/methods/mod.ts";
import { nothingSeen, pairPhotographs, type Photographs } from "../ttt/photographs.ts";
import { type PlanContext, PredictionPlan } from "../ttt/plans.ts";
import { labelsOf, type Probabilities } from "../ttt/probabilities.ts";
import type { Points } from "../voxels/points.ts";
import type { Drift } from "../ttt/online_state.ts";
import { SparseScan } from "../voxels/sparse_scan.ts";

/** A scan to label, and everything to label it with. */
export interface Labelling {
  readonly gpu: Gpu;
  readonly student: Student;
  readonly card: StudentCard;
  /** The source weights; nobody writes to them. */
  readonly source: Parameters;
  readonly method: Method;
  readonly settings: unknown;
  /** Further settings to read the adapted weights by. */
  readonly readouts: readonly unknown[];
  /** Steps after which labels are wanted too. */
  readonly snapshots: readonly number[];
  readonly points: Points;
  /** Metres. */
  readonly voxelSize: number;
  /** Null where the method does not use them. */
  readonly photographs: Photographs | null;
  readonly memory: Memory;
  readonly work: Work;
}

/** Labels by point, and how they came about. */
export interface Labelled {
  readonly labels: Uint8Array;
  readonly confidence: Float32Array;
  /** What the source weights say. */
  readonly sourceLabels: Uint8Array;
  readonly snapshots: { step: number; labels: Uint8Array }[];
  readonly readouts: { labels: Uint8Array; seconds: number }[];
  readonly voxels: number;
  readonly blocks: number;
  readonly pointsSeen: number;
  readonly steps: number;
  readonly losses: readonly number[];
  readonly drift?: Drift | undefined;
  readonly note?: string | undefined;
}

/** Methods draw the same random numbers for every scan, so that a scan's labels do not depend on others. */
const METHOD_SEED = 1;

/** The random numbers of a method, anew for every scan. */
export function methodRandom(): Random {
  return new Random(METHOD_SEED);
}

/** Labels a scan in one piece. */
export async function labelWhole(labelling: Labelling): Promise<Labelled> {
  const { gpu, student, card, source: parameters, method, points, voxelSize, work } = labelling;
  using owned = new DisposableStack();
  const scan = owned.use(
    await work.time(
      "voxelize",
      () => SparseScan.build(gpu, student, card.features, points, voxelSize),
    ),
  );
  const { photographs: given } = labelling;
  const photographs = given &&
    await work.time("pair", () => pairPhotographs(gpu, scan, given, owned));
  if (photographs?.pointsSeen === 0) throw nothingSeen();

  const plan: PlanContext = { gpu, student, scan, parameters };
  const source = await work.time("predict", () => predictVoxels(plan));
  const adapted = await method.adapt(
    {
      ...plan,
      card,
      points,
      photographs,
      source,
      random: methodRandom(),
      memory: labelling.memory,
      snapshots: labelling.snapshots,
      work,
    },
    labelling.settings,
    labelling.readouts,
  );

  const { voxels } = scan;
  const pointRow = await gpu.read(voxels.pointRow, Uint32Array, voxels.points);
  const pointLabels = (probabilities: Probabilities) => {
    const { labels } = labelsOf(probabilities);
    return Uint8Array.from(pointRow, (row) => labels[row]!);
  };
  const { confidence } = labelsOf(adapted.probabilities);
  return {
    labels: pointLabels(adapted.probabilities),
    confidence: Float32Array.from(pointRow, (row) => confidence[row]!),
    sourceLabels: pointLabels(source),
    snapshots: (adapted.snapshots ?? []).map(({ step, probabilities }) => ({
      step,
      labels: pointLabels(probabilities),
    })),
    readouts: (adapted.readouts ?? []).map(({ probabilities, seconds }) => ({
      labels: pointLabels(probabilities),
      seconds,
    })),
    voxels: voxels.count,
    blocks: 1,
    pointsSeen: photographs?.pointsSeen ?? 0,
    steps: adapted.steps,
    losses: adapted.losses,
    drift: adapted.drift,
    note: adapted.note,
  };
}

/** What weights say of a scan with the statistics of training. */
export async function predictVoxels(context: PlanContext): Promise<Probabilities> {
  using plan = new PredictionPlan(context, "running");
  plan.submit();
  return await plan.read();
}
