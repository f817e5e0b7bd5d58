/**
 * The document's part on sessions: online adaptation over a stream of scans.
 *
 * @module
 */
import { SCAN_OPTIONS, SESSION_OPTIONS } from "./options.ts";
import { headers, json, problem } from "./responses.ts";
import { accept, idInPath, optionsInQuery, scanBody } from "./scan_request.ts";
import {
  bodyProblems,
  busy,
  diskFull,
  labelled,
  notAcceptable,
  optionProblems,
  unreadable,
} from "./scan_responses.ts";
import { answerSchema } from "./schemas.ts";
import type { OperationObject, PathsObject } from "./types.ts";

const ID = "5b1c8a52-6f0f-4a34-9a4d-0d7f5b6c1e2a";
const PATH = `/v1/sessions/${ID}`;

const scanOptions = { $ref: `#/components/schemas/${SCAN_OPTIONS}` };

const sessionId = idInPath("POST /v1/sessions", ID);

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
  "There is no such session.",
  `Cannot find session ${ID}: there is none with this id, or it has expired`,
);

const conflict = problem(
  409,
  "Conflict",
  "Another server on the same folder has changed the session meanwhile, or this server does not run the student of the session.",
  `Cannot change session ${ID}: another server on the same folder has changed it meanwhile; send all scans of a session to one server, and look at the session before this scan is sent again`,
);

const damaged = problem(
  410,
  "Gone",
  "A file of the session is missing or damaged. The session can be deleted.",
  "Cannot read session.json: the file is damaged; delete the job or session that it belongs to, and send the scan again",
);

const createSession: OperationObject = {
  operationId: "beginSession",
  summary: "Create a session: a stream of scans over which the weights are kept",
  description:
    "Sessions are independent of each other, survive restarts of the server, and are deleted once they have not been used for a while.",
  tags: ["sessions"],
  requestBody: {
    required: false,
    description: "Options for all scans of the session. They cannot be changed later.",
    content: {
      "application/json": { schema: { $ref: `#/components/schemas/${SESSION_OPTIONS}` } },
    },
  },
  responses: {
    201: {
      ...json("The session was created.", { schema: answerSchema("Session"), example: fresh }),
      headers: headers("Location"),
    },
    ...optionProblems,
    ...problem(
      429,
      "Too Many Requests",
      "The server keeps no more sessions.",
      "Cannot begin another session: there are 64; delete one that is done, or start the server with a larger --max-sessions",
      { headers: headers("Retry-After") },
    ),
    ...diskFull,
  },
};

const segmentInSession: OperationObject = {
  operationId: "segmentInSession",
  summary: "Label a scan with the weights of a session, which then learns from it",
  description:
    "Works as `POST /v1/segment`. Scans of one session are processed one after another, in the order in which their uploads end. The session learns nothing from a scan that fails, that is refused, or whose client disconnects before the answer is ready. The report's `drift` says how far the weights have moved.",
  tags: ["sessions"],
  parameters: [sessionId, optionsInQuery(scanOptions, { extraBytes: true }), accept],
  requestBody: scanBody(scanOptions),
  responses: {
    200: labelled,
    ...bodyProblems,
    ...notFound,
    ...notAcceptable,
    ...conflict,
    ...damaged,
    ...unreadable,
    ...busy,
    ...diskFull,
  },
};

const sessionWeights: OperationObject = {
  operationId: "sessionWeights",
  summary: "Download the adapted weights of a session as a student",
  description:
    "The file is a safetensors checkpoint with its model card; `serve --student FILE` runs it.",
  tags: ["sessions"],
  parameters: [sessionId],
  responses: {
    200: {
      description: "The checkpoint.",
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
      "The session has not learned from any scan yet.",
      `Cannot give the weights of session ${ID}: it has not learned from any scan yet; send one, or use its student`,
    ),
    ...damaged,
  },
};

/** The paths of sessions. */
export const SESSION_PATHS: PathsObject = {
  "/v1/sessions": { post: createSession },
  "/v1/sessions/{id}": {
    get: {
      operationId: "session",
      summary: "Show a session",
      tags: ["sessions"],
      parameters: [sessionId],
      responses: {
        200: json("The session.", { schema: answerSchema("Session"), example: session }),
        ...notFound,
        ...damaged,
      },
    },
    delete: {
      operationId: "deleteSession",
      summary: "Delete a session",
      description: "Scans of the session that are running or waiting stop and are answered 404.",
      tags: ["sessions"],
      parameters: [sessionId],
      responses: { 204: { description: "The session was deleted." }, ...notFound },
    },
  },
  "/v1/sessions/{id}/scans": { post: segmentInSession },
  "/v1/sessions/{id}/weights": { get: sessionWeights },
  "/v1/sessions/{id}/reset": {
    post: {
      operationId: "resetSession",
      summary: "Restore the source weights of a session",
      description:
        "Waits for a scan that is running. The options stay, and the count of scans starts from 0 again.",
      tags: ["sessions"],
      parameters: [sessionId],
      responses: {
        200: json("The session.", { schema: answerSchema("Session"), example: fresh }),
        ...notFound,
        ...conflict,
        ...damaged,
        ...diskFull,
      },
    },
  },
};
