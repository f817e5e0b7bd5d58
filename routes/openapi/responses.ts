/**
 * Building blocks of responses: headers, JSON bodies and problem documents.
 *
 * @module
 */
import { answerSchema } from "./schemas.ts";
import type { JsonSchema, MediaTypeObject, ResponseObject } from "./types.ts";

const text = { type: "string" };

/** The headers of responses, by their names among the components. */
export const HEADERS = {
  "X-Request-Id": {
    description:
      "Identifies the request in the server's log. A value that the client sends is used as it is.",
    required: true,
    schema: text,
  },
  "Retry-After": {
    description: "Seconds to wait before the next attempt.",
    required: true,
    schema: { type: "integer", minimum: 1 },
  },
  "Location": { description: "Path of the new job or session.", required: true, schema: text },
  "WWW-Authenticate": {
    description: "The scheme of authentication that the server asks for: `Bearer`.",
    required: true,
    schema: text,
  },
  "Content-Disposition": { description: "A suggested file name.", schema: text },
  "ETag": { description: "Tells this answer from others, by its bytes.", schema: text },
  "Accept-Ranges": { description: "`bytes`: ranges may be asked for.", schema: text },
  "Content-Range": {
    description: "Which bytes follow, and of how many; `bytes */N` where the range holds none.",
    required: true,
    schema: text,
  },
  "X-TTTKD-Report": {
    description:
      "The report as one line of JSON of at most 3,000 characters. Where it would be longer, it holds at most 64 of the losses and no figures by class, then 8 losses, no distances, no counts of objects, and warnings that end early or are only counted. The JSON answer holds the whole report.",
    content: { "application/json": { schema: answerSchema("ScanReport") } },
  },
  "X-TTTKD-Converted": {
    description:
      "`laz to las` where the scan was LAZ: the answer is uncompressed. `e57 to ply` where it was E57, `ptx to ply` where it was PTX, and `bin to ply` where it was KITTI's `.bin`.",
    schema: text,
  },
} as const;

/** References to headers. */
export function headers(...names: (keyof typeof HEADERS)[]): Record<string, JsonSchema> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A response in JSON. */
export function json(description: string, content: MediaTypeObject): ResponseObject {
  return { description, content: { "application/json": content } };
}

/** A response with a problem document, by its status, with one possible detail as an example. */
export function problem(
  status: number,
  title: string,
  description: string,
  detail: string,
  { headers = {}, ...members }: {
    headers?: Record<string, JsonSchema>;
    file?: string;
    field?: string;
    offset?: number;
  } = {},
): Record<string, ResponseObject> {
  const example = { type: "about:blank", title, status, detail, ...members, error: detail };
  return {
    [status]: {
      description,
      headers,
      content: { "application/problem+json": { schema: answerSchema("Problem"), example } },
    },
  };
}
