/**
 * The OpenAPI document: what `/openapi.json` answers, `/docs` shows and `GET /` sums up.
 *
 * It is written beside the routes, not by them: bodies here are files that stream to the disk, answers are chosen by
 * `Accept`, and options depend on a method, none of which the OpenAPI layers over Hono can check or describe. What
 * could drift is held: options come from the schemas that check them, answers from schemas that are bound to the
 * program's types, and tests hold every route, and real answers of each, against the document.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import { LABELLING_PATHS } from "./labelling.ts";
import { optionSchemas, sessionOptionSchemas } from "./options.ts";
import { HEADERS, headers, problem } from "./parts.ts";
import { answerSchema, answerSchemas } from "./schemas.ts";
import { SERVICE_PATHS } from "./service.ts";
import { SESSION_PATHS } from "./sessions.ts";
import type { Answer, OpenApi, Operation, Paths } from "./types.ts";

/** Of the interface; its first number is that of the paths. */
export const API_VERSION = "1.0.0";

const PATHS: Paths = { ...SERVICE_PATHS, ...LABELLING_PATHS, ...SESSION_PATHS };

const METHODS = ["get", "post", "delete"] as const;

/** @param guarded whether everything under `/v1` asks for a bearer token. */
export function openApiDocument(guarded: boolean): OpenApi {
  const paths = mapValues(
    PATHS,
    (item, path) =>
      mapValues(item, (operation) => completed(operation, guarded && path.startsWith("/v1/"))),
  );
  return {
    openapi: "3.1.1",
    info: {
      title: "ttt-kd",
      version: API_VERSION,
      description:
        "Labels 3D scans from sites and sensors that its network has never seen: the network takes a few gradient steps on each scan, towards what a 2D foundation model sees in its photographs, and then predicts.\n\n`curl -F scan=@room.ply -F images=@0.jpg -F cameras=@cameras.json -o labelled.ply HOST/v1/segment`",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: [
      { name: "labelling", description: "a scan in, labels out" },
      { name: "jobs", description: "the same while the client is away" },
      { name: "sessions", description: "online adaptation over a stream of scans" },
      { name: "models", description: "what labels" },
      { name: "service", description: "what operators and their tools ask for" },
    ],
    paths,
    components: {
      schemas: { ...answerSchemas(), ...optionSchemas(), ...sessionOptionSchemas() },
      headers: HEADERS,
      ...(guarded ? { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } } : {}),
    },
  };
}

/** One line an endpoint. */
export function endpoints(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(PATHS).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => [
        `${method.toUpperCase()} ${path}`,
        item[method]!.summary,
      ])
    ),
  );
}

/** With what every answer has, and what every operation may answer. */
function completed(operation: Operation, guarded: boolean): Operation & { security?: unknown } {
  const responses: Record<string, Answer> = {
    ...operation.responses,
    ...(guarded ? UNAUTHORIZED : {}),
    default: {
      description: "the server failed; its log says how",
      content: { "application/problem+json": { schema: answerSchema("Problem") } },
    },
  };
  return {
    ...operation,
    ...(guarded ? { security: [{ bearer: [] }] } : {}),
    responses: mapValues(responses, (answer) => ({
      ...answer,
      headers: { ...headers("X-Request-Id"), ...answer.headers },
    })),
  };
}

const UNAUTHORIZED = problem(
  401,
  "Unauthorized",
  "no token, or not the server's",
  "Cannot serve this request without the server's bearer token",
  { headers: headers("WWW-Authenticate") },
);
