/**
 * The document's part on sessions: online adaptation over a stream of scans.
 *
 * @module
 */
import {
  accept,
  busy,
  labelled,
  notAcceptable,
  refusals,
  scanBody,
  unreadable,
} from "./labelling.ts";
import { SCAN_OPTIONS, SESSION_OPTIONS } from "./options.ts";
import { headers, json, problem } from "./parts.ts";
import { answerSchema } from "./schemas.ts";
import type { Parameter, Paths } from "./types.ts";

const ID = "5b1c8a52-6f0f-4a34-9a4d-0d7f5b6c1e2a";
const PATH = `/v1/sessions/${ID}`;

const scanOptions = { $ref: `#/components/schemas/${SCAN_OPTIONS}` };

const idInPath: Parameter = {
  name: "id",
  in: "path",
  description: "as the answer to POST /v1/sessions has it",
  required: true,
  schema: { type: "string", format: "uuid" },
  example: ID,
};

const optionsInQuery: Parameter = {
  name: "options",
  in: "query",
  description: "options one by one, as in ?extraBytes=true; a form's part wins",
  style: "form",
  explode: true,
  schema: scanOptions,
  example: { extraBytes: true },
};

const session = {
  id: ID,
  scans: 3,
  drift: { reached: 0.021, kept: 0.02, guard: "bound" },
  student: "rooms",
  teacher: "dinov2-small",
  options: { method: "ttt-kd-online", steps: 1, learningRate: 0.4, bound: 0.02 },
  createdAt: "2025-06-01T12:00:00.000Z",
  lastUsedAt: "2025-06-01T12:05:00.000Z",
  expiresAt: "2025-06-08T12:05:00.000Z",
  links: { self: PATH, scans: `${PATH}/scans`, weights: `${PATH}/weights`, reset: `${PATH}/reset` },
};
const fresh = { ...session, scans: 0, drift: null };

const notFound = problem(
  404,
  "Not Found",
  "no such session",
  `Cannot find session ${ID}: there is none of this id, or its time was over`,
);

const conflict = problem(
  409,
  "Conflict",
  "another server on the same folder has changed the session meanwhile; or the session has taught another student",
  `Cannot change session ${ID}: another server on the same folder has changed it meanwhile; send all scans of a session to one server, and look how it stands before this one is sent again`,
);

/** Why options that come alone are refused. */
const optionRefusals = {
  400: refusals[400]!,
  408: refusals[408]!,
  ...problem(
    413,
    "Payload Too Large",
    "the options are too long",
    "Cannot take the options: they are longer than 65536 characters",
    { field: "body" },
  ),
  ...problem(
    415,
    "Unsupported Media Type",
    "no JSON",
    "Cannot read options of type text/plain: send a JSON object as application/json",
    { field: "content-type" },
  ),
  ...problem(
    422,
    "Unprocessable Entity",
    "an option is wrong; the problem names it",
    "Cannot set steps to 0: it is a whole number from 1 to 1000",
    { field: "steps" },
  ),
};

export const SESSION_PATHS: Paths = {
  "/v1/sessions": {
    post: {
      operationId: "beginSession",
      summary: "begins a sequence of scans over which the weights are kept",
      description:
        "Sessions know nothing of each other, outlive the server, and are removed when nobody has used them for long.",
      tags: ["sessions"],
      requestBody: {
        required: false,
        description: "Options of all scans; they stay as they are.",
        content: {
          "application/json": { schema: { $ref: `#/components/schemas/${SESSION_OPTIONS}` } },
        },
      },
      responses: {
        201: {
          ...json("begun", { schema: answerSchema("Session"), example: fresh }),
          headers: headers("Location"),
        },
        ...optionRefusals,
        ...problem(
          429,
          "Too Many Requests",
          "the server keeps no more sessions",
          "Cannot begin another session: there are 64; delete one that is done, or start the server with a larger --max-sessions",
          { headers: headers("Retry-After") },
        ),
      },
    },
  },
  "/v1/sessions/{id}": {
    get: {
      operationId: "session",
      summary: "how a session stands",
      tags: ["sessions"],
      parameters: [idInPath],
      responses: {
        200: json("the session", { schema: answerSchema("Session"), example: session }),
        ...notFound,
      },
    },
    delete: {
      operationId: "deleteSession",
      summary: "forgets a session",
      description: "Scans of it that are at work or waiting stop, and are answered with 404.",
      tags: ["sessions"],
      parameters: [idInPath],
      responses: { 204: { description: "so it is" }, ...notFound },
    },
  },
  "/v1/sessions/{id}/scans": {
    post: {
      operationId: "segmentInSession",
      summary: "a scan in, labelled by what its session has learned; the session learns from it",
      description:
        "As POST /v1/segment. Scans of one session are taken one after another, in the order in which their uploads end. A scan that fails, is refused, or whose client leaves before its answer is ready, teaches nothing. The report tells of the drift.",
      tags: ["sessions"],
      parameters: [idInPath, optionsInQuery, accept],
      requestBody: scanBody(scanOptions),
      responses: {
        200: labelled,
        ...refusals,
        ...notFound,
        ...notAcceptable,
        ...conflict,
        ...unreadable,
        ...busy,
      },
    },
  },
  "/v1/sessions/{id}/weights": {
    get: {
      operationId: "sessionWeights",
      summary: "what a session has learned, as a student of its own",
      description: "A checkpoint in safetensors with its card inside; `serve --student` takes it.",
      tags: ["sessions"],
      parameters: [idInPath],
      responses: {
        200: {
          description: "the checkpoint",
          headers: headers("Content-Disposition"),
          content: {
            "application/octet-stream": {
              schema: { type: "string", contentMediaType: "application/octet-stream" },
            },
          },
        },
        ...notFound,
        ...problem(
          409,
          "Conflict",
          "nothing was learned yet",
          `Cannot give the weights of session ${ID}: it has learned from no scan yet, so they are those of its student`,
        ),
      },
    },
  },
  "/v1/sessions/{id}/reset": {
    post: {
      operationId: "resetSession",
      summary: "forgets what a session has learned",
      description: "Waits for a scan that is at work. The session goes on as it began.",
      tags: ["sessions"],
      parameters: [idInPath],
      responses: {
        200: json("the session", { schema: answerSchema("Session"), example: fresh }),
        ...notFound,
        ...conflict,
      },
    },
  },
};
