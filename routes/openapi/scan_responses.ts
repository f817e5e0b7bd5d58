/**
 * What requests that carry a scan may be answered: labels in one of several forms, or a problem.
 *
 * @module
 */
import { headers, problem } from "./responses.ts";
import { answerSchema } from "./schemas.ts";
import type { ResponseObject } from "./types.ts";

const bytes = { type: "string", contentMediaType: "application/octet-stream" };

const LABELS = {
  classes: ["floor", "wall", "clutter"],
  labels: [0, 0, 1, 2],
  confidence: [0.9812, 0.9407, 0.8821, 0.5533],
  report: {
    scan: {
      name: "room.ply",
      format: "ply",
      points: 4,
      voxels: 3,
      voxelSize: 0.05,
      unit: "metre",
      up: "z",
      blocks: 1,
    },
    views: { count: 8, pointsSeen: 3 },
    student: "rooms",
    teacher: "dinov2-small",
    adapter: "NVIDIA H100",
    kernels: "hardware-64x16",
    method: "ttt-kd",
    steps: 2,
    lossName: "KD loss",
    losses: [0.71, 0.44, 0.39],
    warnings: [],
    phases: { teacher: 120, voxelize: 8, pair: 15, compile: 40, adapt: 90, predict: 30 },
    changedPoints: 0.25,
  },
};

/** The labels of a scan, in every form that they can have. */
export const labelled: ResponseObject = {
  description:
    "The client's own file with labels (LAS: the classification, by the codes in the student's card; PLY, PCD and text: the properties, fields or columns `label` and `confidence`; `instance` on request), or the labels alone. Every form but JSON carries the report as a header.",
  headers: headers("X-TTTKD-Report", "X-TTTKD-Converted", "Content-Disposition"),
  content: {
    "application/vnd.las": { schema: bytes },
    "application/ply": { schema: bytes },
    "application/x-ply": { schema: bytes },
    "model/ply": { schema: bytes },
    "application/x-pcd": { schema: bytes },
    "text/csv": { schema: bytes },
    "application/octet-stream": { schema: bytes },
    "application/json": { schema: answerSchema("Labels"), example: LABELS },
    "application/x-npy": {
      schema: { ...bytes, description: "labels as a NumPy array: uint8, shape (points,)" },
    },
    "application/x-npy;array=probabilities": {
      schema: {
        ...bytes,
        description:
          "probabilities of all classes as a NumPy array: float32, shape (points, classes); with the option `probabilities`",
      },
    },
    "application/x-npy;array=instances": {
      schema: {
        ...bytes,
        description:
          "the object that each point belongs to, as a NumPy array: uint32, shape (points,), from 1; 0 for none; with the option `instances`",
      },
    },
    "application/x-npy;array=confidence": {
      schema: { ...bytes, description: "confidences as a NumPy array: float32, shape (points,)" },
    },
  },
};

/** Problems with the body as such, by status. */
export const bodyProblems: Record<string, ResponseObject> = {
  ...problem(
    400,
    "Bad Request",
    "The body is broken.",
    "Cannot read the body: it ended after 65536 bytes; send it again",
  ),
  ...problem(
    408,
    "Request Timeout",
    "The upload stalled, was too slow or took too long. The server closes the connection.",
    "Cannot read the body: after 65536 bytes nothing came for 30 seconds; send it again, or start the server with a longer --stall",
    { field: "body" },
  ),
  ...problem(
    413,
    "Payload Too Large",
    "The body has more bytes, photographs or text than the server accepts, or the scan takes more memory than a request may hold.",
    "Cannot take more than 256 images: leave some out, or start the server with a larger --max-images",
    { field: "images" },
  ),
  ...problem(
    415,
    "Unsupported Media Type",
    "The body is neither a form nor a scan, or it is compressed.",
    "Cannot read a body of type image/png: send multipart/form-data, or the scan itself as application/octet-stream",
    { field: "content-type" },
  ),
};

/** The client accepts none of the forms. */
export const notAcceptable = problem(
  406,
  "Not Acceptable",
  "The scan cannot be answered in any media type that the client accepts.",
  "Cannot answer as text/html: this scan can be answered as application/ply",
  { field: "accept" },
);

/** The server has no capacity. */
export const busy = problem(
  503,
  "Service Unavailable",
  "All places are taken, too many uploads are under way, or the GPU was lost.",
  "Cannot take another scan: 8 are already at work or waiting",
  { headers: headers("Retry-After") },
);

/** The disk has no room. */
export const diskFull = problem(
  507,
  "Insufficient Storage",
  "The server's disk has no room for it, or cannot be written to.",
  "Cannot take the upload: it would leave less than 256 MiB free on the server's disk; come back later, delete jobs that are done, or start the server with a smaller --reserve",
  { headers: headers("Retry-After") },
);

/** Something in the request cannot be used. */
export const unreadable = problem(
  422,
  "Unprocessable Entity",
  "A file, part or option is wrong; the problem names it.",
  "Cannot read room.ply: element vertex needs 6 rows up to byte 187, the file has 182 bytes (byte 182, field element vertex); send the whole file, or correct the count",
  { file: "room.ply", offset: 182, field: "element vertex" },
);

/** Problems with options that come alone, by status. */
export const optionProblems: Record<string, ResponseObject> = {
  400: bodyProblems[400]!,
  408: bodyProblems[408]!,
  ...problem(
    413,
    "Payload Too Large",
    "The options are too long.",
    "Cannot take the options: they are longer than 65536 characters",
    { field: "body" },
  ),
  ...problem(
    415,
    "Unsupported Media Type",
    "The body is not JSON.",
    "Cannot read options of type text/plain: send a JSON object as application/json",
    { field: "content-type" },
  ),
  ...problem(
    422,
    "Unprocessable Entity",
    "An option is wrong; the problem names it.",
    "Cannot set steps to 0: it is a whole number from 1 to 1000",
    { field: "steps" },
  ),
};
