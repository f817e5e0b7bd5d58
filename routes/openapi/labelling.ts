/**
 * The document's part on the work: a scan in, labels out, at once or as a job.
 *
 * @module
 */
import { CLOUD_POINTS, MOST_CLOUD_POINTS } from "../../lib/serving/files/cloud.ts";
import { SCAN_TYPES } from "../http/upload.ts";
import { OPTIONS } from "./options.ts";
import { headers, json, problem } from "./parts.ts";
import { answerSchema } from "./schemas.ts";
import type { Answer, Operation, Parameter, Paths, Schema } from "./types.ts";

const ID = "0f8fad5b-d9cb-469f-a165-70867728950e";
const PATH = `/v1/jobs/${ID}`;

const optionsSchema = { $ref: `#/components/schemas/${OPTIONS}` };
const bytes = { type: "string", contentMediaType: "application/octet-stream" };

const optionsInQuery: Parameter = {
  name: "options",
  in: "query",
  description:
    "options one by one, as in ?method=tent&steps=5; where a form has them too, its part wins",
  style: "form",
  explode: true,
  schema: optionsSchema,
  // Else the page fills in one of its own making, with the finest voxels that are allowed.
  example: { steps: 25 },
};

export const accept: Parameter = {
  name: "Accept",
  in: "header",
  description:
    "which of the answers is wanted; by default the scan's own format. LAS and PLY are converted into each other where that is asked for.",
  schema: { type: "string" },
};

const idInPath: Parameter = {
  name: "id",
  in: "path",
  description: "as the answer to POST /v1/jobs has it",
  required: true,
  schema: { type: "string", format: "uuid" },
  example: ID,
};

const pointsInQuery: Parameter = {
  name: "points",
  in: "query",
  description: "how many points at most; fewer are spread evenly over the scan",
  schema: { type: "integer", minimum: 1, maximum: MOST_CLOUD_POINTS, default: CLOUD_POINTS },
};

const CLOUD = `Little-endian, without gaps:

| type      | what                                                                           |
| --------- | ------------------------------------------------------------------------------ |
| u8[4]     | \`TKC1\`                                                                       |
| u32       | M, points that follow                                                          |
| u32       | N, points of the scan                                                          |
| u32       | K, classes that are counted: the highest label and one                         |
| u32       | C, channels of colour: 3, or 1 for intensity where there is no colour, or 0    |
| u32       | R, bytes of the report                                                         |
| f64[3]    | origin, in the scan's units                                                    |
| f32[3]    | least x, y, z of all N points, less the origin                                 |
| f32[3]    | greatest x, y, z                                                               |
| u32[K][K] | how many of the N points the source model gave class i, and the result class j |
| f32[M][3] | positions less the origin                                                      |
| u8[M][C]  | colour, 255 for full                                                           |
| u8[M]     | class by the source model                                                      |
| u8[M]     | class in the result                                                            |
| u8[M]     | confidence in it, 255 for certain                                              |
| u8[R]     | the report, JSON in UTF-8                                                      |

Points come in an order of which every beginning is spread evenly over the scan.`;

/** A scan as a body, with options of a schema. */
export const scanBody = (optionsSchema: Schema): NonNullable<Operation["requestBody"]> => ({
  required: true,
  description:
    "The scan alone, or a form with its photographs and their cameras. Scans are LAS 1.0 to 1.4, LAZ, COPC or PLY, known by their content.",
  content: {
    "multipart/form-data": {
      schema: {
        type: "object",
        properties: {
          scan: { ...bytes, description: "one file" },
          images: { type: "array", items: bytes, description: "JPEG or PNG" },
          cameras: {
            type: "array",
            items: bytes,
            description:
              "cameras.json, or the files of nerfstudio, COLMAP (text), KITTI or ScanNet, under their own names",
          },
          options: optionsSchema,
        },
        required: ["scan"],
        additionalProperties: false,
      },
      encoding: {
        images: { contentType: "image/jpeg, image/png" },
        options: { contentType: "application/json" },
      },
    },
    ...Object.fromEntries(SCAN_TYPES.map((type) => [type, {}])),
  },
});

const body = scanBody(optionsSchema);

export const refusals: Record<string, Answer> = {
  ...problem(
    400,
    "Bad Request",
    "the body is broken",
    "Cannot read the body: it broke off after 65536 bytes",
  ),
  ...problem(
    408,
    "Request Timeout",
    "nothing of the body came for too long, or all of it takes too long; the connection is closed",
    "Cannot read the body: after 65536 bytes nothing came for 30 seconds; send it again, or start the server with a longer --stall",
    { field: "body" },
  ),
  ...problem(
    413,
    "Payload Too Large",
    "more bytes, photographs or text than the server takes",
    "Cannot take more than 256 images",
    { field: "images" },
  ),
  ...problem(
    415,
    "Unsupported Media Type",
    "neither a form nor a scan",
    "Cannot read a body of type image/png: send multipart/form-data, or the scan itself as application/octet-stream",
    { field: "content-type" },
  ),
};

export const notAcceptable = problem(
  406,
  "Not Acceptable",
  "the scan cannot be answered so",
  "Cannot answer as text/html: this scan can be answered as application/ply",
  { field: "accept" },
);

export const busy = problem(
  503,
  "Service Unavailable",
  "all places are taken, or the GPU is lost",
  "Cannot take another scan: 8 are already at work or waiting",
  { headers: headers("Retry-After") },
);

export const unreadable = problem(
  422,
  "Unprocessable Entity",
  "a file, a part or an option is wrong; the problem names it",
  "Cannot read room.ply: element vertex needs 6 rows up to byte 187, the file has 182 bytes (byte 182, field element vertex); send the whole file, or correct the count",
  { file: "room.ply", offset: 182, field: "element vertex" },
);

const notFound = problem(
  404,
  "Not Found",
  "no such job",
  `Cannot find job ${ID}: there is none of this id, or its time was over`,
);

const arrayBytes = (about: string) => ({
  schema: { type: "string", contentMediaType: "application/octet-stream", description: about },
});

const LABELS = {
  classes: ["floor", "wall", "clutter"],
  labels: [0, 0, 1, 2],
  confidence: [0.9812, 0.9407, 0.8821, 0.5533],
  report: {
    scan: { name: "room.ply", format: "ply", points: 4, voxels: 3, voxelSize: 0.05, blocks: 1 },
    views: { count: 8, pointsSeen: 3 },
    student: "rooms",
    teacher: "dinov2-small",
    adapter: "NVIDIA H100",
    method: "ttt-kd",
    steps: 2,
    lossName: "KD loss",
    losses: [0.71, 0.44, 0.39],
    phases: { teacher: 120, voxelize: 8, pair: 15, compile: 40, adapt: 90, predict: 30 },
    changedPoints: 0.25,
  },
};

/** The labels of a scan. */
export const labelled: Answer = {
  description:
    "The client's own file with labels (classification in LAS by the model's card; the properties `label` and `confidence` in PLY), or the labels by themselves. All but JSON carry the report as a header.",
  headers: headers("X-TTTKD-Report", "X-TTTKD-Converted", "Content-Disposition"),
  content: {
    "application/vnd.las": { schema: bytes },
    "application/ply": { schema: bytes },
    "application/x-ply": { schema: bytes },
    "model/ply": { schema: bytes },
    "application/octet-stream": { schema: bytes },
    "application/json": { schema: answerSchema("Labels"), example: LABELS },
    "application/x-npy": arrayBytes("labels for NumPy: uint8, of shape (points,)"),
    "application/x-npy;array=confidence": arrayBytes(
      "confidences for NumPy: float32, of shape (points,)",
    ),
  },
};

const notDone: Record<string, Answer> = {
  ...problem(
    409,
    "Conflict",
    "the job is not over",
    `Cannot give the result of job ${ID}: it is running; follow ${PATH}/events`,
  ),
  ...problem(
    410,
    "Gone",
    "the job was cancelled, or its result lacks what was asked for",
    `Cannot give the result of job ${ID}: it was cancelled`,
  ),
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
  links: { self: PATH, events: `${PATH}/events`, result: `${PATH}/result`, cloud: `${PATH}/cloud` },
};

/** Of every operation on jobs. */
const queueAway = problem(
  503,
  "Service Unavailable",
  "the queue is on Redis, and it does not answer",
  "Cannot use the queue at redis://10.0.0.2:6379/0: it does not answer; try again once it is back",
  { headers: headers("Retry-After") },
);

export const LABELLING_PATHS: Paths = {
  "/v1/segment": {
    post: {
      operationId: "segment",
      summary: "a scan, with or without photographs, in; the same scan, labelled, out",
      description:
        "The client waits; who leaves stops the work. One scan is on the GPU at a time, and few may wait.",
      tags: ["labelling"],
      parameters: [optionsInQuery, accept],
      requestBody: body,
      responses: {
        200: labelled,
        ...refusals,
        ...notAcceptable,
        ...unreadable,
        ...busy,
      },
    },
  },
  "/v1/jobs": {
    post: {
      operationId: "submitJob",
      summary: "the same in, a job out, where the server keeps jobs",
      description:
        "A job that was accepted is done, whatever happens to the server. Clients, told apart by token and address, share the GPU evenly.",
      tags: ["jobs"],
      parameters: [optionsInQuery],
      requestBody: body,
      responses: {
        202: {
          ...json("accepted", {
            schema: answerSchema("Job"),
            example: { ...job, state: "queued", attempts: 0, startedAt: null, progress: null },
          }),
          headers: headers("Location"),
        },
        ...refusals,
        ...unreadable,
        ...problem(
          429,
          "Too Many Requests",
          "the queue, or this client's share of it, is full",
          "Cannot take another job: 16 jobs of yours are waiting or at work; come back when one is done, or cancel one",
          { headers: headers("Retry-After") },
        ),
        ...queueAway,
      },
    },
  },
  "/v1/jobs/{id}": {
    get: {
      operationId: "job",
      summary: "how a job stands",
      tags: ["jobs"],
      parameters: [idInPath],
      responses: {
        200: json("the job", { schema: answerSchema("Job"), example: job }),
        ...notFound,
        ...queueAway,
      },
    },
    delete: {
      operationId: "deleteJob",
      summary: "stops a job, or forgets one that is over",
      description: "The work ends before its next gradient step.",
      tags: ["jobs"],
      parameters: [idInPath],
      responses: { 204: { description: "so it is" }, ...notFound, ...queueAway },
    },
  },
  "/v1/jobs/{id}/events": {
    get: {
      operationId: "jobEvents",
      summary: "the same as it happens: server-sent events",
      description:
        "First how the job stands, then every change. `state` carries the job, `progress` what its worker is doing. The stream ends with the state in which the job ends; where it breaks off before, ask again.",
      tags: ["jobs"],
      parameters: [idInPath],
      responses: {
        200: {
          description: "the events",
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
    },
  },
  "/v1/jobs/{id}/result": {
    get: {
      operationId: "jobResult",
      summary: "the scan, labelled",
      description:
        "As POST /v1/segment would have answered; of a job that failed, the problem, under its own status.",
      tags: ["jobs"],
      parameters: [idInPath, accept],
      responses: {
        200: labelled,
        ...notFound,
        ...queueAway,
        ...notAcceptable,
        ...notDone,
        ...unreadable,
      },
    },
  },
  "/v1/jobs/{id}/cloud": {
    get: {
      operationId: "jobCloud",
      summary: "the same for display: points, colours, labels before and after",
      description: CLOUD,
      tags: ["jobs"],
      parameters: [idInPath, pointsInQuery],
      responses: {
        200: {
          description: "the cloud",
          headers: headers("X-TTTKD-Report", "Content-Disposition"),
          content: { "application/octet-stream": { schema: bytes } },
        },
        ...notFound,
        ...queueAway,
        ...notDone,
        ...unreadable,
      },
    },
  },
};
