/**
 * The document's part on the server itself: health, metrics, models, documentation.
 *
 * @module
 */
import { headers, json, problem } from "./parts.ts";
import { answerSchema } from "./schemas.ts";
import type { Paths } from "./types.ts";

const notReady = problem(
  503,
  "Service Unavailable",
  "not now",
  "Cannot take scans: the GPU does not answer; run `deno task doctor`",
  { headers: headers("Retry-After") },
);

export const SERVICE_PATHS: Paths = {
  "/": {
    get: {
      operationId: "index",
      summary: "what there is; to browsers, the viewer",
      tags: ["service"],
      responses: { 200: json("the endpoints", { schema: answerSchema("Index") }) },
    },
  },
  "/health/live": {
    get: {
      operationId: "live",
      summary: "the server answers",
      tags: ["service"],
      responses: {
        200: json("it does", { schema: answerSchema("Live"), example: { status: "live" } }),
      },
    },
  },
  "/health/ready": {
    get: {
      operationId: "ready",
      summary: "the models are loaded, GPU and queue answer",
      tags: ["service"],
      responses: {
        200: json("they are", { schema: answerSchema("Ready"), example: { status: "ready" } }),
        ...notReady,
      },
    },
  },
  "/v2": {
    get: {
      operationId: "serverMetadata",
      summary: "name and version, as the Open Inference Protocol has it",
      tags: ["service"],
      responses: { 200: json("name and version", { schema: answerSchema("ServerMetadata") }) },
    },
  },
  "/v2/health/live": {
    get: {
      operationId: "serverLive",
      summary: "the server answers, as the Open Inference Protocol has it",
      tags: ["service"],
      responses: {
        200: json("it does", { schema: answerSchema("ServerLive"), example: { live: true } }),
      },
    },
  },
  "/v2/health/ready": {
    get: {
      operationId: "serverReady",
      summary: "the models are loaded, GPU and queue answer, as the Open Inference Protocol has it",
      tags: ["service"],
      responses: {
        200: json("they are", {
          schema: answerSchema("ServerReady"),
          example: { live: true, ready: true },
        }),
        ...notReady,
      },
    },
  },
  "/metrics": {
    get: {
      operationId: "metrics",
      summary: "counts for Prometheus",
      tags: ["service"],
      responses: {
        200: {
          description: "text format 0.0.4",
          content: { "text/plain; version=0.0.4": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/openapi.json": {
    get: {
      operationId: "openapi",
      summary: "this document",
      tags: ["service"],
      responses: { 200: json("OpenAPI 3.1", { schema: { type: "object" } }) },
    },
  },
  "/docs": {
    get: {
      operationId: "docs",
      summary: "this document as a page",
      tags: ["service"],
      responses: {
        200: {
          description: "a page that asks nothing of any other host",
          content: { "text/html": { schema: { type: "string" } } },
        },
      },
    },
  },
  "/v1/models": {
    get: {
      operationId: "models",
      summary: "the cards of student and teacher",
      description:
        "Classes and their colours, licence, provenance. The index of a class is its label.",
      tags: ["models"],
      responses: { 200: json("the cards", { schema: answerSchema("Models") }) },
    },
  },
};
