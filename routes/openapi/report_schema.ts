/**
 * The schema of a scan's report, and of what it is made of.
 *
 * @module
 */
import { SCAN_FORMATS } from "../../lib/scan/mod.ts";
import { z } from "zod";
import {
  MEASURE_NAMES,
  type PhotographDistance,
  type StudentChoice,
  type StudentDistance,
} from "../../lib/domain/mod.ts";
import type { Metrics } from "../../lib/metrics/confusion.ts";
import { UP_AXES, type Warning } from "../../lib/scan/mod.ts";
import { FORMER_LOSSES } from "../../lib/segment/former_names.ts";
import type { ScanReport } from "../../lib/segment/report/report.ts";
import type { Drift } from "../../lib/ttt/online_state.ts";
import type { Progress } from "../../lib/ttt/progress.ts";
import { exactly } from "../../lib/validation/mod.ts";
import { count, fraction } from "./numbers.ts";

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  read: "files are read",
  render: "virtual views of the scan are rendered",
  teacher: "the teacher computes features of the photographs",
  voxelize: "points are sorted into voxels",
  pair: "voxels are paired with pixels",
  compile: "the network is planned for this scan",
  adapt: "gradient steps are taken",
  statistics: "the statistics of the norm layers are measured over all blocks of a large scan",
  predict: "the points are labelled",
};

const phase = z.enum(Object.keys(PHASES) as Progress["phase"][]).describe(
  Object.entries(PHASES).map(([name, about]) => `${name}: ${about}`).join("; "),
);

/** A doubt. */
export const warningSchema = exactly<Warning>()({
  code: z.string().describe("kind of the doubt; programs tell kinds by it"),
  text: z.string().describe("what is doubtful, what was done about it, and how to mend it"),
  field: z.string().exactOptional().describe("option, part or file that it concerns"),
});

/** What a worker is doing. */
export const progressSchema = exactly<Progress>()({
  phase,
  step: count.exactOptional().describe(
    "how much of the phase is done: photographs in `teacher`, gradient steps in `adapt`, blocks of a large scan in `statistics`, blocks or augmentations in `predict`",
  ),
  steps: count.exactOptional().describe("how many there are of these"),
  loss: z.number().exactOptional().describe("loss of the method, before this step"),
  secondsLeft: z.number().min(0).exactOptional().describe(
    "estimated seconds until the scan is labelled",
  ),
  warnings: z.array(warningSchema).readonly().exactOptional().describe(
    "what is doubtful, as far as it is known yet; left out where nothing is",
  ),
});

/** Figures of one method. */
export const metricsSchema = exactly<Metrics>()({
  miou: fraction.describe("mean intersection over union of the classes that occur"),
  perClass: z.record(z.string(), fraction).describe("intersection over union by class"),
});

/** How far online adaptation has carried the weights. */
export const driftSchema = exactly<Drift>()({
  reached: z.number().min(0).nullable().describe(
    "distance of the weights from the source weights after this scan, before any guard acted, relative to the length of the source weights; null where a weight was not finite",
  ),
  kept: z.number().min(0).describe(
    "the same distance after the guards acted: the next scan starts there",
  ),
  guard: z.enum(["none", "anchor", "bound", "reset"] satisfies Drift["guard"][]).describe(
    "the guard that acted: `none`; `anchor` or `bound`, which drew the weights back; `reset`, which restored the source weights",
  ),
});

const distance = z.number().min(0);

/** How far a scan lies from what a student was trained on. */
export const studentDistanceSchema = exactly<StudentDistance>()({
  total: distance.describe(
    "the length of the vector of the distances of the measures and of `fromAbove` or, where that is larger, the distance of the photographs; above 1.8, the scan does not fit",
  ),
  measures: z.record(z.enum(MEASURE_NAMES), distance).describe(
    "by measure: 0 between the training scenes, 1 about as far outside as scans of the same kind by other sensors lie",
  ),
  fromAbove: distance.exactOptional().describe(
    "2 where the scan angles of the file say that the scan was made from the air and the student was trained on scans from the ground; left out elsewhere",
  ),
  photographs: exactly<PhotographDistance>()({
    loss: distance.describe("KD loss of the source weights over all photographs"),
    distance: distance.describe(
      "0 up to what source scenes have, 1.8 at three quarters of the way to 1, the loss of features without any relation",
    ),
  }).exactOptional().describe(
    "present where the KD loss was measured: before the work where shape left the choice open, and wherever the method gives it",
  ),
});

/** The student of a scan, and why. */
export const studentChoiceSchema = exactly<StudentChoice>()({
  student: z.string(),
  fits: z.boolean().nullable().describe(
    "whether the scan is of the kind that the student was trained on; null where its card does not tell",
  ),
  reason: z.string().describe(
    "why this student and, where the scan does not fit, in what it differs",
  ),
  distances: z.record(z.string(), studentDistanceSchema).describe(
    "by student, how far the scan lies from what it was trained on",
  ),
});

/** The report of one scan. */
export const reportSchema = exactly<ScanReport>()({
  scan: exactly<ScanReport["scan"]>()({
    name: z.string(),
    format: z.enum(SCAN_FORMATS),
    points: count,
    voxels: count,
    voxelSize: z.number().describe("edge of a voxel in metres"),
    unit: z.string().describe("unit that the file's coordinates were taken to be in"),
    verticalUnit: z.string().exactOptional().describe("unit of heights, where it is another one"),
    up: z.enum(UP_AXES).describe("axis of the file that was taken to point up"),
    labels: z.enum(["scored", "not-scored"]).exactOptional().describe(
      "present where the file came with labels: whether `metrics` compares the prediction with them",
    ),
    blocks: count.describe("how many blocks the scan was cut into; 1 for a scan in one piece"),
  }),
  views: exactly<ScanReport["views"]>()({
    count,
    pointsSeen: count.describe("points that at least one view sees"),
    virtual: z.enum(["colour", "intensity", "shape"]).exactOptional().describe(
      "present where the views were rendered from the scan itself: what the pictures show",
    ),
  }),
  student: z.string(),
  studentChoice: studentChoiceSchema.exactOptional().describe(
    "why this student, and whether the scan is of the kind that it was trained on",
  ),
  teacher: z.string().nullable(),
  adapter: z.string().describe("name of the GPU"),
  kernels: z.string().describe(
    "the matrix kernels that ran, such as `hardware-64x16`, or `hardware-64x16-f16` where activations are stored in half " +
      "precision; others give other last bits",
  ),
  method: z.string(),
  steps: count.describe("gradient steps taken"),
  lossName: z.string().nullable().describe(
    "name of the loss in `losses`, such as `KD loss` or `entropy`; null for methods without one",
  ),
  losses: z.array(z.number()).describe(
    "loss of the method before each step and, where the method measures it, after the last",
  ),
  [FORMER_LOSSES]: z.array(z.number()).exactOptional().describe(
    "the former name of `losses`; present where an option had a former name",
  ),
  warnings: z.array(warningSchema).describe(
    "what is doubtful about the scan, its photographs or its labels",
  ),
  phases: z.partialRecord(phase, z.number()).describe("milliseconds by phase"),
  drift: driftSchema.exactOptional().describe("present for online methods"),
  note: z.string().exactOptional().describe(
    "a decision of the method, such as stopping early or not trusting the photographs",
  ),
  changedPoints: fraction.describe(
    "fraction of the points whose label differs from the source model's",
  ),
  instances: z.record(z.string(), count).exactOptional().describe(
    "how many objects were found, by class, where they were asked for",
  ),
  metrics: z.record(z.string(), metricsSchema).exactOptional().describe(
    "figures by method, where the scan has labels of the student's classes",
  ),
});
