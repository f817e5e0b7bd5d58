/**
 * The OpenAPI document: `/openapi.json` serves it, `/docs` shows it, and `GET /` lists its operations.
 *
 * It is written beside the routes rather than generated from them: bodies are files that stream to the disk, answers
 * are chosen by `Accept`, and options depend on the method, none of which the OpenAPI layers over Hono can check or
 * describe. What could drift apart is tested or bound: options come from the schemas that check them, answers from
 * schemas that are bound to the program's types, and tests compare every route, and real answers of each, with the
 * document.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import { JOB_PATHS } from "./jobs.ts";
import { optionSchemas, sessionOptionSchemas } from "./options.ts";
import { HEADERS, headers, problem } from "./responses.ts";
import { answerSchema, answerSchemas } from "./schemas.ts";
import { SEGMENT_PATHS } from "./segment.ts";
import { SERVICE_PATHS } from "./service.ts";
import { SESSION_PATHS } from "./sessions.ts";
import type { OpenApiDocument, OperationObject, PathsObject, ResponseObject } from "./types.ts";

/**
 * Version of the HTTP interface (semver). routes/README.md lists what changed. The prefix `/v1` is part of the paths and
 * changes with them alone.
 */
export const API_VERSION = "2.1.0";

const PATHS: PathsObject = { ...SERVICE_PATHS, ...SEGMENT_PATHS, ...JOB_PATHS, ...SESSION_PATHS };

const METHODS = ["get", "post", "delete"] as const;

/**
 * Builds the document.
 *
 * @param guarded whether everything under `/v1` asks for a bearer token.
 */
export function openApiDocument(guarded: boolean): OpenApiDocument {
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
        "Labels 3D scans from sites and sensors that its network has never seen. The network takes a few gradient steps on each scan, guided by what a 2D foundation model sees in the photographs, and then predicts.\n\n`curl -F scan=@room.ply -F images=@0.jpg -F cameras=@cameras.json -o labelled.ply HOST/v1/segment`",
      license: { name: "MIT", identifier: "MIT" },
    },
    tags: [
      { name: "labelling", description: "Label a scan while the client waits." },
      { name: "jobs", description: "Label scans in the background." },
      { name: "sessions", description: "Adapt online over a stream of scans." },
      { name: "models", description: "The models that label." },
      { name: "service", description: "Health, metrics and documentation." },
    ],
    paths,
    components: {
      schemas: { ...answerSchemas(), ...optionSchemas(), ...sessionOptionSchemas() },
      headers: HEADERS,
      ...(guarded ? { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } } : {}),
    },
  };
}

/** The summary of every operation, by its method and path. */
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

/** Adds the responses that every operation has, and the headers that every response has. */
function completed(
  operation: OperationObject,
  guarded: boolean,
): OperationObject & { security?: unknown } {
  const responses: Record<string, ResponseObject> = {
    ...operation.responses,
    ...(guarded ? UNAUTHORIZED : {}),
    ...FOREIGN,
    default: {
      description: "The server failed; its log has the details.",
      content: { "application/problem+json": { schema: answerSchema("Problem") } },
    },
  };
  return {
    ...operation,
    ...(guarded ? { security: [{ bearer: [] }] } : {}),
    responses: mapValues(responses, (response) => ({
      ...response,
      headers: { ...headers("X-Request-Id"), ...response.headers },
    })),
  };
}

const FOREIGN = problem(
  403,
  "Forbidden",
  "A web page of another site sent the request, or it is for a host that this server is not.",
  'Cannot serve host "evil.example": this server is not known by that name; start it with --origin http://NAME:PORT, as clients write it',
  { field: "host" },
);

const UNAUTHORIZED = problem(
  401,
  "Unauthorized",
  "The bearer token is missing or wrong.",
  "Cannot serve this request without the server's bearer token",
  { headers: headers("WWW-Authenticate") },
);
