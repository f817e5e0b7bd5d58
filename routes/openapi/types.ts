/**
 * The part of OpenAPI 3.1 that the document is written in, as types (https://spec.openapis.org/oas/v3.1.1.html).
 *
 * @module
 */

/** JSON Schema 2020-12, or a reference to one of the components. */
export type Schema = Readonly<Record<string, unknown>>;

/** What a body may be of one media type. */
export interface MediaType {
  schema?: Schema;
  example?: unknown;
  /** By part of a form: which media types it may have. */
  encoding?: Readonly<Record<string, { contentType: string }>>;
  /** By event of a stream of server-sent events: what its data is, in JSON. */
  "x-events"?: Readonly<Record<string, Schema>>;
}

export interface Answer {
  description: string;
  headers?: Readonly<Record<string, Schema>>;
  content?: Readonly<Record<string, MediaType>>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  required?: boolean;
  schema: Schema;
  style?: "form" | "simple";
  explode?: boolean;
  example?: unknown;
}

/** One method of one path. */
export interface Operation {
  operationId: string;
  /** One line, which `GET /` shows, too. */
  summary: string;
  description?: string;
  tags: readonly string[];
  parameters?: readonly Parameter[];
  requestBody?: { required: boolean; description: string; content: Record<string, MediaType> };
  /** By status. */
  responses: Readonly<Record<string, Answer>>;
}

/** Operations by path, with `{name}` for parameters, and method in lower case. */
export type Paths = Readonly<
  Record<string, Readonly<Partial<Record<"get" | "post" | "delete", Operation>>>>
>;

/** A whole document. */
export interface OpenApi {
  openapi: "3.1.1";
  info: Readonly<Record<string, unknown>>;
  tags: readonly { name: string; description: string }[];
  paths: Paths;
  components: {
    schemas: Readonly<Record<string, Schema>>;
    headers: Readonly<Record<string, unknown>>;
    securitySchemes?: Readonly<Record<string, unknown>>;
  };
  security?: readonly Schema[];
}
