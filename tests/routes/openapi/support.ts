/**
 * Holds answers against the document as a client would: by Ajv, which knows nothing of the schemas' origin.
 *
 * @module
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import assert from "node:assert/strict";
import { openApiDocument } from "../../../routes/openapi/document.ts";
import type {
  JsonSchema,
  MediaTypeObject,
  OpenApiDocument,
  OperationObject,
  ResponseObject,
} from "../../../routes/openapi/types.ts";

/** The document as it travels. */
export function documentOf(guarded = false): OpenApiDocument {
  return JSON.parse(JSON.stringify(openApiDocument(guarded)));
}

/** Every operation with its name, as in `GET /v1/jobs/{id}`. */
export function operationsOf(document: OpenApiDocument): [string, OperationObject][] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]): [string, OperationObject] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ])
  );
}

/** Checks values and answers against a document. */
export class Conformance {
  /** `METHOD PATH STATUS` of the answers that were checked. */
  readonly seen = new Set<string>();
  readonly #document: OpenApiDocument;
  readonly #operations: Map<string, OperationObject>;
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: OpenApiDocument) {
    this.#document = document;
    this.#operations = new Map(operationsOf(document));
    // Not strict: the dialect of OpenAPI 3.1 knows keywords that JSON Schema does not.
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    (addFormats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema({ $id: "document", components: document.components });
  }

  /** Asserts that a value is what a schema says. */
  check(schema: JsonSchema, value: unknown, about: string): void {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/');
    const validate = this.#compiled.get(text) ?? this.#ajv.compile(JSON.parse(text));
    this.#compiled.set(text, validate);
    assert.ok(validate(value), `${about}: ${this.#ajv.errorsText(validate.errors)}`);
  }

  /** Asserts that the document knows an answer: its status, headers, media type and body. */
  async answer(name: string, response: Response): Promise<void> {
    const about = `${name} ${response.status}`;
    const answer = this.#operations.get(name)?.responses[response.status];
    assert.ok(answer, `${about} is not in the document: ${await response.clone().text()}`);
    this.#headers(answer, response, about);
    await this.#body(answer, response, about);
    this.seen.add(about);
  }

  #headers(answer: ResponseObject, response: Response, about: string): void {
    for (const [name, reference] of Object.entries(answer.headers ?? {})) {
      const key = String(reference.$ref).split("/").at(-1)!;
      const header = this.#document.components.headers[key] as {
        required?: boolean;
        schema?: JsonSchema;
        content?: Record<string, MediaTypeObject>;
      };
      const value = response.headers.get(name);
      if (value === null) {
        assert.ok(!header.required, `${about} lacks ${name}`);
      } else if (header.content) {
        const { schema } = header.content["application/json"]!;
        this.check(schema!, JSON.parse(value), `${about} ${name}`);
      } else {
        const { schema } = header;
        this.check(schema!, schema!.type === "integer" ? Number(value) : value, `${about} ${name}`);
      }
    }
    const known = new Set(Object.keys(answer.headers ?? {}).map((name) => name.toLowerCase()));
    const own = [...response.headers.keys()].filter((name) =>
      /^(x-tttkd-|x-request-id$|location$|retry-after$|www-authenticate$|content-disposition$)/
        .test(name)
    );
    for (const name of own) assert.ok(known.has(name), `${about} has ${name}, undocumented`);
  }

  async #body(answer: ResponseObject, response: Response, about: string): Promise<void> {
    const type = response.headers.get("content-type")?.replace(/;\s*charset=.*$/i, "") ?? "";
    if (!answer.content) {
      assert.equal(await response.text(), "", about);
      return;
    }
    const media = answer.content[type];
    assert.ok(media, `${about} is ${type}, of which the document knows nothing`);
    const { "x-events": events } = media;
    if (events) {
      this.#events(events, await response.text(), about);
    } else if (type.endsWith("json")) {
      this.check(media.schema!, await response.json(), about);
    } else {
      assert.ok((await response.bytes()).length > 0, about);
    }
  }

  #events(schemas: Readonly<Record<string, JsonSchema>>, text: string, about: string): void {
    const heard = new Set<string>();
    for (const block of text.split("\n\n").filter((block) => block)) {
      const [, event, data] = /^event: (.*)\ndata: (.*)$/.exec(block)!;
      assert.ok(schemas[event!], `${about} has events ${event}`);
      this.check(schemas[event!]!, JSON.parse(data!), `${about} ${event}`);
      heard.add(event!);
    }
    assert.deepEqual([...heard].sort(), Object.keys(schemas).sort());
  }
}
