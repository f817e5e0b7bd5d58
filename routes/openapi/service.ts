/**
 * The document's part on the server itself: health, metrics, models and documentation.
 *
 * @module
 */
import { taskCommand } from "../../lib/terminal/task_command.ts";
import { headers, json, problem } from "./responses.ts";
import { answerSchema } from "./schemas.ts";
import type { ParameterObject, PathsObject } from "./types.ts";

const notReady = problem(
  503,
  "Service Unavailable",
  "The server is not ready: the GPU or the queue does not answer, or its disk takes no uploads.",
  `Cannot take scans: the GPU does not answer; run \`${taskCommand("doctor")}\``,
  { headers: headers("Retry-After") },
);

const isUp = "The server is up.";
const isReady = "The server is ready.";

const modelName: ParameterObject = {
  name: "name",
  in: "path",
  required: true,
  description: "Name of a student.",
  schema: { type: "string" },
};

const noModel = problem(
  404,
  "Not Found",
  "There is no such student.",
  "Cannot find the model rooms: there are rooms-joint, streets-joint",
);

/** The paths of the service. */
export const SERVICE_PATHS: PathsObject = {
  "/": {
    get: {
      operationId: "index",
      summary: "List the endpoints; browsers get the viewer",
      tags: ["service"],
      responses: { 200: json("The endpoints.", { schema: answerSchema("Index") }) },
    },
  },
  "/health/live": {
    get: {
      operationId: "live",
      summary: "Check that the server is up",
      tags: ["service"],
      responses: {
        200: json(isUp, { schema: answerSchema("Live"), example: { status: "live" } }),
      },
    },
  },
  "/health/ready": {
    get: {
      operationId: "ready",
      summary: "Check that the models are loaded and that GPU and queue answer",
      tags: ["service"],
      responses: {
        200: json(isReady, { schema: answerSchema("Ready"), example: { status: "ready" } }),
        ...notReady,
      },
    },
  },
  "/v2": {
    get: {
      operationId: "serverMetadata",
      summary: "Show name, version and students (Open Inference Protocol)",
      tags: ["service"],
      responses: {
        200: json("Name, version and students.", { schema: answerSchema("ServerMetadata") }),
      },
    },
  },
  "/v2/health/live": {
    get: {
      operationId: "serverLive",
      summary: "Check that the server is up (Open Inference Protocol)",
      tags: ["service"],
      responses: {
        200: json(isUp, { schema: answerSchema("ServerLive"), example: { live: true } }),
      },
    },
  },
  "/v2/health/ready": {
    get: {
      operationId: "serverReady",
      summary: "Check that the server is ready (Open Inference Protocol)",
      tags: ["service"],
      responses: {
        200: json(isReady, {
          schema: answerSchema("ServerReady"),
          example: { live: true, ready: true },
        }),
        ...notReady,
      },
    },
  },
  "/v2/models/{name}": {
    get: {
      operationId: "modelMetadata",
      summary: "Show what a student takes and gives (Open Inference Protocol)",
      description:
        "What a scan and its answer hold for each point. Scans are sent to `/v1`; there is no `infer` here.",
      tags: ["models"],
      parameters: [modelName],
      responses: {
        200: json("The student's tensors.", { schema: answerSchema("ModelMetadata") }),
        ...noModel,
      },
    },
  },
  "/v2/models/{name}/ready": {
    get: {
      operationId: "modelReady",
      summary: "Check that a student can label (Open Inference Protocol)",
      tags: ["models"],
      parameters: [modelName],
      responses: {
        200: json(isReady, { schema: answerSchema("ModelReady") }),
        ...noModel,
        ...notReady,
      },
    },
  },
  "/metrics": {
    get: {
      operationId: "metrics",
      summary: "Metrics for Prometheus",
      tags: ["service"],
      responses: {
        200: {
          description: "Prometheus text format 0.0.4.",
          content: { "text/plain; version=0.0.4": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "openapi",
      summary: "This document",
      tags: ["service"],
      responses: { 200: json("An OpenAPI 3.1 document.", { schema: { type: "object" } }) },
    },
  },
  "/docs": {
    get: {
      operationId: "docs",
      summary: "This document as a page",
      tags: ["service"],
      responses: {
        200: {
          description: "A page that loads nothing from other hosts.",
          content: { "text/html": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/v1/models": {
    get: {
      operationId: "models",
      summary: "Show the cards of the students and their teachers",
      description:
        "The cards give classes with their colours, licence and provenance. The index of a class is its label. The option `student` takes the `name` of a student.",
      tags: ["models"],
      responses: { 200: json("The cards.", { schema: answerSchema("Models") }) },
    },
  },
};
