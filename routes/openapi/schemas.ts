/**
 * The schemas of the server's answers, in zod and from there in JSON Schema. Those of the model cards are the ones
 * that check the cards; the others are bound to types of the program.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import { omit } from "@std/collections/omit";
import { z } from "zod";
import { studentCardSchema } from "../../lib/nn/card.ts";
import type { Suggestion } from "../../lib/serving/files/suggestions.ts";
import { JOB_STATES, type JobProblem } from "../../lib/serving/queue/job.ts";
import { teacherCardSchema } from "../../lib/teacher/card.ts";
import type { jobView } from "../http/jobs/job_view.ts";
import type { sessionView } from "../http/session_view.ts";
import { exactly } from "../../lib/validation/mod.ts";
import { count, fraction } from "./numbers.ts";
import {
  driftSchema,
  metricsSchema,
  progressSchema,
  reportSchema,
  warningSchema,
} from "./report_schema.ts";
import type { JsonSchema } from "./types.ts";

const jobProblem = exactly<JobProblem>()({
  status: z.int().min(400).max(599),
  detail: z.string().describe("what is wrong and how to mend it"),
  file: z.string().exactOptional().describe("the file at fault"),
  offset: z.int().exactOptional().describe("the byte in that file"),
  field: z.string().exactOptional().describe("the field, option, part or header at fault"),
});

const time = z.iso.datetime();

const job = exactly<ReturnType<typeof jobView>>()({
  id: z.uuid(),
  state: z.enum(JOB_STATES),
  scan: z.string().describe("the client's name for the scan"),
  method: z.string().describe(
    "the method that is expected; once the job is done, the one that labelled the scan",
  ),
  attempts: count.describe(
    "how many times a worker has started this job; a start that ended because the server was stopped in order is not counted",
  ),
  createdAt: time.nullable(),
  startedAt: time.nullable().describe("when the last attempt started"),
  finishedAt: time.nullable(),
  progress: progressSchema.nullable().describe("the last progress that a worker reported"),
  problem: jobProblem.exactOptional().describe("why the job failed"),
  warnings: z.array(warningSchema).readonly().exactOptional().describe(
    "what is doubtful: while the job runs as far as it is known yet, once it is done all that its report says",
  ),
  links: z.strictObject({
    self: z.string(),
    events: z.string(),
    result: z.string(),
    cloud: z.string(),
    classes: z.string(),
    style: z.string(),
  }),
});

const session = exactly<ReturnType<typeof sessionView>>()({
  id: z.uuid(),
  scans: count.describe("scans learned from since the session was created or reset"),
  drift: driftSchema.nullable().describe("drift after the last scan; null before the first"),
  student: z.string().nullable().describe(
    "id of the student that it adapts; null until its first scan has decided",
  ),
  teacher: z.string().nullable().describe("id of the teacher of that student"),
  options: z.record(z.string(), z.unknown()).describe("every option, defaults included"),
  createdAt: time,
  lastUsedAt: time.describe("when the session changed last"),
  expiresAt: time.describe("when the session is deleted unless it is used before"),
  links: z.strictObject({
    self: z.string(),
    scans: z.string(),
    weights: z.string(),
    reset: z.string(),
  }),
});

/** A card with the name of its student; the type of the card's schema does not tell that it is one of an object. */
const loadedStudent = (studentCardSchema as unknown as z.ZodObject).safeExtend({
  name: z.string().describe("what the option `student` takes"),
});

/** A tensor as the Open Inference Protocol describes it. */
const tensor = z.strictObject({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.int()).describe("-1 stands for the number of points"),
});

const suggestion = exactly<Suggestion>()({
  point: count.describe("row in the client's file, from 0: what corrections name it by"),
  position: z.tuple([z.number(), z.number(), z.number()]).readonly().describe(
    "in the coordinates of the scan",
  ),
  label: count.describe("index of the class that the result gives it"),
  class: z.string().describe("name of that class"),
  confidence: fraction.describe("probability of that class"),
});

/** Every schema of an answer, by its name among the components. */
const ANSWERS = {
  Index: z.strictObject({ name: z.string(), endpoints: z.record(z.string(), z.string()) }),
  Live: z.strictObject({ status: z.literal("live") }),
  Suggestions: z.strictObject({ suggestions: z.array(suggestion) }),
  Ready: z.strictObject({ status: z.literal("ready") }),
  ServerLive: z.strictObject({ live: z.boolean() }),
  ServerReady: z.strictObject({ live: z.boolean(), ready: z.boolean() }),
  ServerMetadata: z.strictObject({
    name: z.string(),
    version: z.string(),
    extensions: z.array(z.string()),
    models: z.array(z.string()).describe("names of the students"),
  }),
  ModelMetadata: z.strictObject({
    name: z.string().describe("the name of the student"),
    platform: z.string(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
  }),
  ModelReady: z.strictObject({ name: z.string(), ready: z.boolean() }),
  StudentCard: studentCardSchema,
  TeacherCard: teacherCardSchema,
  Models: z.strictObject({
    students: z.array(loadedStudent),
    teachers: z.array(teacherCardSchema),
  }),
  Progress: progressSchema,
  Metrics: metricsSchema,
  ScanReport: reportSchema,
  Labels: z.strictObject({
    classes: z.array(z.string()).describe(
      "class names; the index of a class is its label, unless classLabels says otherwise",
    ),
    classLabels: z.array(z.int().min(0).max(254)).exactOptional().describe(
      "the label of each class, where mapLabels asked for the labels of labelMap",
    ),
    labels: z.array(z.int().min(0).max(255)).describe(
      "label of every point, in the order of the scan",
    ),
    confidence: z.array(fraction).describe("probability of that label, to four decimals"),
    instances: z.array(z.int().min(0)).exactOptional().describe(
      "the object that each point belongs to, from 1; 0 for none; with the option instances",
    ),
    report: reportSchema,
  }),
  Classes: z.strictObject({
    student: z.string().describe("id of the student"),
    classes: z.array(z.strictObject({
      label: z.int().min(0),
      name: z.string(),
      color: z.string().regex(/^#[0-9a-f]{6}$/),
      asprs: z.int().min(0).max(255).describe("classification code in LAS"),
    })),
  }),
  JobProblem: jobProblem,
  Job: job,
  Jobs: z.strictObject({
    jobs: z.array(job),
    next: z.string().nullable().describe("path of the next page; null after the last"),
  }),
  Drift: driftSchema,
  Session: session,
  Problem: jobProblem.extend({
    type: z.literal("about:blank"),
    title: z.string(),
    error: z.string().describe("the detail again, for clients of the Open Inference Protocol"),
  }).describe("a problem document (RFC 9457)"),
};

/** A reference to one of the components. */
export function answerSchema(name: keyof typeof ANSWERS): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

/** The components: every schema of an answer in JSON Schema. */
export function answerSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(ANSWERS)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    // zod writes the safe integers of JavaScript as bounds; they are no part of the interface.
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return mapValues(schemas, (schema) => omit(schema, ["$schema", "$id"]));
}
