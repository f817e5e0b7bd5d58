/**
 * The document's part on `/v1/jobs`.
 *
 * @module
 */
import { CLOUD_POINTS, MOST_CLOUD_POINTS } from "../../lib/serving/files/cloud.ts";
import { MOST_SUGGESTIONS, SUGGESTIONS } from "../../lib/serving/files/suggestions.ts";
import { CLOUD_LAYOUT } from "./cloud_layout.ts";
import { JOB_STATES } from "../../lib/serving/queue/job.ts";
import { MOST_OF_PAGE, PAGE } from "../http/jobs/job_list.ts";
import { OPTIONS } from "./options.ts";
import { headers, json, problem } from "./responses.ts";
import { accept, idInPath, optionsInQuery, scanBody } from "./scan_request.ts";
import {
  bodyProblems,
  diskFull,
  labelled,
  notAcceptable,
  optionProblems,
  unreadable,
} from "./scan_responses.ts";
import { answerSchema } from "./schemas.ts";
import type { OperationObject, ParameterObject, PathsObject, ResponseObject } from "./types.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const PATH = `/v1/jobs/${ID}`;

const options = { $ref: `#/components/schemas/${OPTIONS}` };

const jobId = idInPath("POST /v1/jobs", ID);

const pointsInQuery: ParameterObject = {
  name: "points",
  in: "query",
  description: "The most points to return. They are chosen evenly over the scan.",
  schema: { type: "integer", minimum: 1, maximum: MOST_CLOUD_POINTS, default: CLOUD_POINTS },
};

const job = {
  id: ID,
  state: "running",
  scan: "room.ply",
  method: "ttt-kd",
  attempts: 1,
  createdAt: "2025-06-01T12:00:00.000Z",
  startedAt: "2025-06-01T12:00:02.500Z",
  finishedAt: null,
  progress: { phase: "adapt", step: 5, steps: 25, loss: 0.41 },
  links: {
    self: PATH,
    events: `${PATH}/events`,
    result: `${PATH}/result`,
    cloud: `${PATH}/cloud`,
    classes: `${PATH}/classes`,
    style: `${PATH}/style`,
  },
};
const accepted = { ...job, state: "queued", attempts: 0, startedAt: null, progress: null };

const notFound = problem(
  404,
  "Not Found",
  "There is no such job.",
  `Cannot find job ${ID}: there is none with this id, or it has expired`,
);

const noResult: Record<string, ResponseObject> = {
  ...problem(
    409,
    "Conflict",
    "The job has not finished.",
    `Cannot give the result of job ${ID}: it is running; follow ${PATH}/events`,
  ),
  ...problem(
    410,
    "Gone",
    "The job was cancelled, or a file of its result is missing or damaged.",
    `Cannot give the result of job ${ID}: it was cancelled`,
  ),
};

/** Possible for every operation on jobs. */
const queueAway = problem(
  503,
  "Service Unavailable",
  "The queue is on Redis, and Redis does not answer.",
  "Cannot use the queue at redis://10.0.0.2:6379/0: it does not answer; try again once it is back",
  { headers: headers("Retry-After") },
);

const queueFull = problem(
  429,
  "Too Many Requests",
  "The queue, or this client's share of it, is full.",
  "Cannot take another job: 16 jobs of yours are waiting or at work; come back when one is done, or cancel one",
  { headers: headers("Retry-After") },
);

const submitJob: OperationObject = {
  operationId: "submitJob",
  summary: "Submit a scan as a job",
  description:
    "Takes the same body as `POST /v1/segment`. An accepted job is kept on disk and survives restarts of the server. Clients, told apart by token and address, share the GPU evenly.",
  tags: ["jobs"],
  parameters: [optionsInQuery(options, { steps: 25 })],
  requestBody: scanBody(options),
  responses: {
    202: {
      ...json("The job was accepted.", { schema: answerSchema("Job"), example: accepted }),
      headers: headers("Location"),
    },
    ...bodyProblems,
    ...unreadable,
    ...queueFull,
    ...queueAway,
    ...diskFull,
  },
};

const listJobs: OperationObject = {
  operationId: "listJobs",
  summary: "List your jobs",
  description:
    "The latest come first. They are those that were handed in with the same token or, by a server that asks for none and that this machine alone reaches, from the same address.",
  tags: ["jobs"],
  parameters: [
    {
      name: "state",
      in: "query",
      description: `States, separated by commas: ${JOB_STATES.join(", ")}. All by default.`,
      schema: { type: "string" },
    },
    {
      name: "limit",
      in: "query",
      description: "The most jobs to return.",
      schema: { type: "integer", minimum: 1, maximum: MOST_OF_PAGE, default: PAGE },
    },
    {
      name: "before",
      in: "query",
      description: "Id of a job: those that were handed in before it. `next` has it.",
      schema: { type: "string" },
    },
  ],
  responses: {
    200: json("A page of jobs.", {
      schema: answerSchema("Jobs"),
      example: { jobs: [job], next: null },
    }),
    ...problem(
      403,
      "Forbidden",
      "The server asks for no token, and cannot tell whose jobs are yours.",
      "Cannot list jobs: this server asks for no token, so that others may have your address and would see yours; start it with --token-file",
    ),
    ...notFound,
    ...problem(
      422,
      "Unprocessable Content",
      "A parameter is wrong.",
      'Cannot show "0" jobs of a page: give a whole number from 1 to 500',
      { field: "limit" },
    ),
    ...queueAway,
  },
};

const correctJob: OperationObject = {
  operationId: "correctJob",
  summary: "Label the scan of a job again, with points that you have set right",
  description:
    "The body has `corrections`: the numbers of points, from 0 in the order of the file, by the name or the index of their class. Other options replace those of the job. They vote for their class at voxels nearby that look alike, and stay as they are said to be; steps learn from them where `correctionWeight` is above 0, and by the method `corrections`. Otherwise no step of the job is taken again. What was corrected before is kept, unless a point is corrected again. The answer is a job of its own.",
  tags: ["jobs"],
  parameters: [jobId],
  requestBody: {
    required: true,
    description: "Corrections, and options that differ from those of the job.",
    content: {
      "application/json": {
        schema: { $ref: `#/components/schemas/${OPTIONS}` },
        example: { corrections: { chair: [17, 290] } },
      },
    },
  },
  responses: {
    202: {
      ...json("The job was accepted.", { schema: answerSchema("Job"), example: accepted }),
      headers: headers("Location"),
    },
    ...notFound,
    ...queueAway,
    ...noResult,
    ...optionProblems,
    ...unreadable,
    ...queueFull,
    ...diskFull,
  },
};

const jobSuggestions: OperationObject = {
  operationId: "jobSuggestions",
  summary: "Points to correct first",
  description:
    "Points where most is in doubt, spread out over the scan, the most useful first: send the class of each as a correction, whether it is right or wrong. Fewer are given where the scan has fewer.",
  tags: ["jobs"],
  parameters: [jobId, {
    name: "count",
    in: "query",
    description: "Most points.",
    schema: { type: "integer", minimum: 1, maximum: MOST_SUGGESTIONS, default: SUGGESTIONS },
  }],
  responses: {
    200: json("The points.", { schema: answerSchema("Suggestions") }),
    ...notFound,
    ...queueAway,
    ...noResult,
    ...problem(
      422,
      "Unprocessable Content",
      "A parameter is wrong.",
      'Cannot show "0" suggestions: give a whole number from 1 to 200',
      { field: "count" },
    ),
  },
};

const deleteJob: OperationObject = {
  operationId: "deleteJob",
  summary: "Cancel a job, or delete a finished one",
  description: "Work that has started stops before its next gradient step.",
  tags: ["jobs"],
  parameters: [jobId],
  responses: {
    204: { description: "The job was cancelled or deleted." },
    ...notFound,
    ...queueAway,
    ...diskFull,
  },
};

const jobEvents: OperationObject = {
  operationId: "jobEvents",
  summary: "Follow a job by server-sent events",
  description:
    "The first event is the present state of the job; every change follows. `state` events carry the job, `progress` events what its worker is doing. The stream ends after the final state. If it breaks off before, open it again.",
  tags: ["jobs"],
  parameters: [jobId],
  responses: {
    200: {
      description: "The events.",
      content: {
        "text/event-stream": {
          schema: { type: "string" },
          example: `event: progress\ndata: ${JSON.stringify(job.progress)}\n\n`,
          "x-events": { state: answerSchema("Job"), progress: answerSchema("Progress") },
        },
      },
    },
    ...notFound,
    ...queueAway,
  },
};

/** The headers by which a client tells results apart and asks for parts of them. */
const conditions: ParameterObject[] = [
  {
    name: "If-None-Match",
    in: "header",
    description: "ETags of results that the client has; for one of them, the answer is 304.",
    schema: { type: "string" },
  },
  {
    name: "Range",
    in: "header",
    description: "One range of bytes, such as `bytes=1000-`; with several, the whole is sent.",
    schema: { type: "string" },
  },
  {
    name: "If-Range",
    in: "header",
    description: "The ETag of the part that the client has; for another one, the whole is sent.",
    schema: { type: "string" },
  },
];

/** A file that may be fetched whole, in ranges, or not again. */
function fetched(whole: ResponseObject): Record<string, ResponseObject> {
  const validators = headers("ETag", "Accept-Ranges");
  return {
    200: { ...whole, headers: { ...whole.headers, ...validators } },
    206: {
      ...whole,
      description: "The range of bytes that the client asked for.",
      headers: { ...whole.headers, ...validators, ...headers("Content-Range") },
    },
    304: { description: "The client has this result already.", headers: validators },
    ...problem(
      416,
      "Range Not Satisfiable",
      "The range holds no byte of the result.",
      "Cannot send bytes=1000000-: the result has 187 bytes",
      { field: "range", headers: headers("Content-Range") },
    ),
  };
}

const jobResult: OperationObject = {
  operationId: "jobResult",
  summary: "Fetch the labelled scan of a job",
  description:
    "The answer that `POST /v1/segment` would have given. For a failed job it is the problem, with the problem's status.",
  tags: ["jobs"],
  parameters: [jobId, accept, ...conditions],
  responses: {
    ...fetched(labelled),
    ...notFound,
    ...queueAway,
    ...notAcceptable,
    ...noResult,
    ...unreadable,
    ...diskFull,
  },
};

const jobCloud: OperationObject = {
  operationId: "jobCloud",
  summary: "Fetch the points of a job for display, with labels before and after adaptation",
  description: CLOUD_LAYOUT,
  tags: ["jobs"],
  parameters: [jobId, pointsInQuery, ...conditions],
  responses: {
    ...fetched({
      description: "The cloud.",
      headers: headers("X-TTTKD-Report", "Content-Disposition"),
      content: {
        "application/octet-stream": {
          schema: { type: "string", contentMediaType: "application/octet-stream" },
        },
      },
    }),
    ...notFound,
    ...queueAway,
    ...noResult,
    ...unreadable,
    ...diskFull,
  },
};

/** A file to lie beside the result of a job. */
function beside(
  operationId: string,
  summary: string,
  description: string,
  content: NonNullable<ResponseObject["content"]>,
): OperationObject {
  return {
    operationId,
    summary,
    tags: ["jobs"],
    parameters: [jobId],
    responses: {
      200: { description, headers: headers("Content-Disposition"), content },
      ...notFound,
      ...queueAway,
      ...noResult,
      ...unreadable,
    },
  };
}

const jobClasses = beside(
  "jobClasses",
  "Fetch the classes of a job's labels",
  "Name, colour and classification code of every label.",
  {
    "application/json": {
      schema: answerSchema("Classes"),
      example: {
        student: "rooms-joint",
        classes: [{ label: 0, name: "floor", color: "#b8a67f", asprs: 2 }],
      },
    },
  },
);

const jobStyle = beside(
  "jobStyle",
  "Fetch a QGIS style for a job's result as LAS",
  "The style. QGIS loads it by itself where it lies beside the scan as `NAME.qml`.",
  { "application/xml": { schema: { type: "string" } } },
);

/** The paths of jobs. */
export const JOB_PATHS: PathsObject = {
  "/v1/jobs": { get: listJobs, post: submitJob },
  "/v1/jobs/{id}": {
    get: {
      operationId: "job",
      summary: "Show a job",
      tags: ["jobs"],
      parameters: [jobId],
      responses: {
        200: json("The job.", { schema: answerSchema("Job"), example: job }),
        ...notFound,
        ...queueAway,
      },
    },
    delete: deleteJob,
  },
  "/v1/jobs/{id}/events": { get: jobEvents },
  "/v1/jobs/{id}/result": { get: jobResult },
  "/v1/jobs/{id}/cloud": { get: jobCloud },
  "/v1/jobs/{id}/classes": { get: jobClasses },
  "/v1/jobs/{id}/style": { get: jobStyle },
  "/v1/jobs/{id}/corrections": { post: correctJob },
  "/v1/jobs/{id}/suggestions": { get: jobSuggestions },
};
