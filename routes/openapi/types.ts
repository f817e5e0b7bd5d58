/**
 * The part of OpenAPI 3.1 that the document uses, as types named as in the specification
 * (https://spec.openapis.org/oas/v3.1.1.html).
 *
 * @module
 */

/** A schema in JSON Schema 2020-12, or a reference to one of the components. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A body in one media type. */
export interface MediaTypeObject {
  schema?: JsonSchema;
  example?: unknown;
  /** The media types that each part of a form may have. */
  encoding?: Readonly<Record<string, { contentType: string }>>;
  /** An extension: the JSON data of each event in a stream of server-sent events. */
  "x-events"?: Readonly<Record<string, JsonSchema>>;
}

/** A response with one status. */
export interface ResponseObject {
  description: string;
  headers?: Readonly<Record<string, JsonSchema>>;
  content?: Readonly<Record<string, MediaTypeObject>>;
}

/** A parameter in the path, the query or the headers. */
export interface ParameterObject {
  name: string;
  in: "path" | "query" | "header";
  description: string;
  required?: boolean;
  schema: JsonSchema;
  style?: "form" | "simple";
  explode?: boolean;
  example?: unknown;
}

/** The body of a request. */
export interface RequestBodyObject {
  required: boolean;
  description: string;
  content: Readonly<Record<string, MediaTypeObject>>;
}

/** One method of one path. */
export interface OperationObject {
  operationId: string;
  /** One line, which `GET /` shows too. */
  summary: string;
  description?: string;
  tags: readonly string[];
  parameters?: readonly ParameterObject[];
  requestBody?: RequestBodyObject;
  /** Responses by status. */
  responses: Readonly<Record<string, ResponseObject>>;
}

/** Operations by path, with `{name}` for parameters, and by method in lower case. */
export type PathsObject = Readonly<
  Record<string, Readonly<Partial<Record<"get" | "post" | "delete", OperationObject>>>>
>;

/** A whole document. */
export interface OpenApiDocument {
  openapi: "3.1.1";
  info: Readonly<Record<string, unknown>>;
  tags: readonly { name: string; description: string }[];
  paths: PathsObject;
  components: {
    schemas: Readonly<Record<string, JsonSchema>>;
    headers: Readonly<Record<string, unknown>>;
    securitySchemes?: Readonly<Record<string, unknown>>;
  };
  security?: readonly JsonSchema[];
}
