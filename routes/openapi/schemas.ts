/**
 * The schemas of what the server answers, in zod and from there in JSON Schema. Those of the models' cards are the
 * very ones that check the cards; the others are bound to the types of the program: where a type gains, loses or
 * changes a member, this file no longer compiles.
 *
 * @module
 */
import { z } from "zod";
import type { Job, JobProblem } from "../../lib/serving/queue/job.ts";
import { studentCardSchema } from "../../lib/nn/card.ts";
import { teacherCardSchema } from "../../lib/teacher/card.ts";
import type { Drift } from "../../lib/ttt/online_state.ts";
import type { Metrics } from "../../lib/metrics/confusion.ts";
import type { Progress } from "../../lib/ttt/progress.ts";
import type { ScanReport } from "../../lib/segment/report.ts";
import { exactly } from "../../lib/validation/mod.ts";
import type { jobView } from "../http/job_view.ts";
import type { sessionView } from "../http/session_view.ts";
import type { Schema } from "./types.ts";

const count = z.int().min(0);
const share = z.number().min(0).max(1);

const PHASES: Readonly<Record<Progress["phase"], string>> = {
  read: "files are read",
  render: "virtual views of the scan are drawn",
  teacher: "the teacher describes the photographs",
  voxelize: "points become voxels",
  pair: "voxels are paired with pixels",
  compile: "the network is laid out for this scan",
  adapt: "gradient steps",
  predict: "the points are labelled",
};
const phase = z.enum(Object.keys(PHASES) as Progress["phase"][]).describe(
  Object.entries(PHASES).map(([name, about]) => `${name}: ${about}`).join("; "),
);

const progress = exactly<Progress>()({
  phase,
  step: count.exactOptional().describe("counts from 1; in predict, blocks of a large scan"),
  steps: count.exactOptional(),
  loss: z.number().exactOptional(),
});

const metrics = exactly<Metrics>()({
  miou: share.describe("mean intersection over union of the classes that occur"),
  perClass: z.record(z.string(), share),
});

const drift = exactly<Drift>()({
  reached: z.number().min(0).nullable().describe(
    "way of the weights from those of the source, as a share of their length, before the guard; null where a weight was no number any more",
  ),
  kept: z.number().min(0).describe("the same after the guard: where the next scan starts"),
  guard: z.enum(["none", "anchor", "bound", "reset"] satisfies Drift["guard"][]).describe(
    "what it did: nothing; drew the weights back by anchor, or to bound; sent them home",
  ),
});

const report = exactly<ScanReport>()({
  scan: exactly<ScanReport["scan"]>()({
    name: z.string(),
    format: z.enum(["las", "ply"]),
    points: count,
    voxels: count,
    voxelSize: z.number().describe("metres"),
    blocks: count.describe("parts that the scan was cut into"),
  }),
  views: exactly<ScanReport["views"]>()({
    count,
    pointsSeen: count.describe("points that some view sees"),
    virtual: z.enum(["colour", "intensity", "shape"]).exactOptional().describe(
      "the views were rendered of the scan itself, and from this",
    ),
  }),
  student: z.string(),
  teacher: z.string().nullable(),
  adapter: z.string().describe("name of the GPU"),
  method: z.string(),
  steps: count.describe("gradient steps taken"),
  lossName: z.string().nullable().describe(
    "what that loss is called; null for methods without one",
  ),
  losses: z.array(z.number()).describe("the method's loss before each step, and after the last"),
  phases: z.partialRecord(phase, z.number()).describe("milliseconds by phase"),
  drift: drift.exactOptional().describe("of online adaptation: how far the weights have gone"),
  note: z.string().exactOptional().describe("what the method decided by itself"),
  changedPoints: share.describe("share of the points whose label adaptation has changed"),
  metrics: z.record(z.string(), metrics).exactOptional().describe(
    "by method, where the scan has labels that are the student's classes",
  ),
});

const jobProblem = exactly<JobProblem>()({
  status: z.int().min(400).max(599),
  detail: z.string().describe("what is wrong, and how to mend it"),
  file: z.string().exactOptional().describe("which of the files"),
  offset: z.int().exactOptional().describe("the byte in it"),
  field: z.string().exactOptional().describe("which field, option, part or header"),
});

const time = z.iso.datetime();

const job = exactly<ReturnType<typeof jobView>>()({
  id: z.uuid(),
  state: z.enum(["queued", "running", "done", "failed", "cancelled"] satisfies Job["state"][]),
  scan: z.string().describe("the client's name for its scan"),
  method: z.string(),
  attempts: count.describe("how often it was begun, ends of the server in good order not counted"),
  createdAt: time.nullable(),
  startedAt: time.nullable(),
  finishedAt: time.nullable(),
  progress: progress.nullable(),
  problem: jobProblem.exactOptional().describe("why it failed"),
  links: z.strictObject({
    self: z.string(),
    events: z.string(),
    result: z.string(),
    cloud: z.string(),
  }),
});

const session = exactly<ReturnType<typeof sessionView>>()({
  id: z.uuid(),
  scans: count.describe("that it has learned from since it began or was reset"),
  drift: drift.nullable().describe("of the last scan"),
  student: z.string(),
  teacher: z.string(),
  options: z.record(z.string(), z.unknown()).describe("all of them, defaults included"),
  createdAt: time,
  lastUsedAt: time.describe("when it changed last"),
  expiresAt: time.describe("when it is removed unless it is used before"),
  links: z.strictObject({
    self: z.string(),
    scans: z.string(),
    weights: z.string(),
    reset: z.string(),
  }),
});

/** Every schema of an answer, by its name among the components. */
const ANSWERS = {
  Index: z.strictObject({ name: z.string(), endpoints: z.record(z.string(), z.string()) }),
  Live: z.strictObject({ status: z.literal("live") }),
  Ready: z.strictObject({ status: z.literal("ready") }),
  ServerLive: z.strictObject({ live: z.boolean() }),
  ServerReady: z.strictObject({ live: z.boolean(), ready: z.boolean() }),
  ServerMetadata: z.strictObject({
    name: z.string(),
    version: z.string(),
    extensions: z.array(z.string()),
  }),
  StudentCard: studentCardSchema,
  TeacherCard: teacherCardSchema,
  Models: z.strictObject({
    students: z.array(studentCardSchema),
    teachers: z.array(teacherCardSchema),
  }),
  Progress: progress,
  Metrics: metrics,
  ScanReport: report,
  Labels: z.strictObject({
    classes: z.array(z.string()).describe("their index is the label"),
    labels: z.array(z.int().min(0).max(255)).describe("of every point, in the order of the scan"),
    confidence: z.array(share).describe("probability of that label, to four decimals"),
    report,
  }),
  JobProblem: jobProblem,
  Job: job,
  Drift: drift,
  Session: session,
  Problem: jobProblem.extend({
    type: z.literal("about:blank"),
    title: z.string(),
    error: z.string().describe("the detail again, for clients of the Open Inference Protocol"),
  }).describe("RFC 9457"),
};

/** A reference to one of the components. */
export function answerSchema(name: keyof typeof ANSWERS): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The components. */
export function answerSchemas(): Record<string, Schema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(ANSWERS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    // Bounds of JavaScript, not of ours.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  );
}
