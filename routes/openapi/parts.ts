/**
 * What many operations of the document share: headers, and answers that are problems.
 *
 * @module
 */
import { answerSchema } from "./schemas.ts";
import type { Answer, MediaType, Schema } from "./types.ts";

const text = { type: "string" };

/** Headers of answers, by their names among the components. */
export const HEADERS = {
  "X-Request-Id": {
    description: "names the request in the server's log; the client's own where it sent one",
    required: true,
    schema: text,
  },
  "Retry-After": {
    description: "seconds after which to come back",
    required: true,
    schema: { type: "integer", minimum: 1 },
  },
  "Location": {
    description: "where the job or the session is found",
    required: true,
    schema: text,
  },
  "WWW-Authenticate": { description: "that a token is asked for", required: true, schema: text },
  "Content-Disposition": { description: "a name for the file", schema: text },
  "X-TTTKD-Report": {
    description:
      "the report as one line of JSON of at most 8,000 characters: losses thinned to 64, figures by class left out where it would be longer; the answer in JSON has it inside",
    content: { "application/json": { schema: answerSchema("ScanReport") } },
  },
  "X-TTTKD-Converted": {
    description: "`laz to las` where a LAZ scan came: it is answered unpacked",
    schema: text,
  },
} as const;

/** References to headers. */
export function headers(...names: (keyof typeof HEADERS)[]): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** An answer in JSON. */
export function json(description: string, content: MediaType): Answer {
  return { description, content: { "application/json": content } };
}

/** An answer that is a problem document, with one of its details as an example. */
export function problem(
  status: number,
  title: string,
  description: string,
  detail: string,
  { headers = {}, ...members }: {
    headers?: Record<string, Schema>;
    file?: string;
    field?: string;
    offset?: number;
  } = {},
): Record<string, Answer> {
  const example = { type: "about:blank", title, status, detail, ...members, error: detail };
  return {
    [status]: {
      description,
      headers,
      content: { "application/problem+json": { schema: answerSchema("Problem"), example } },
    },
  };
}
