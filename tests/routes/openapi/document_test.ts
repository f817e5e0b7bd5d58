/** The document is valid OpenAPI 3.1, has the routes of the application, and has the options that are checked. */
import { Validator } from "@seriousme/openapi-schema-validator";
import assert from "node:assert/strict";
import { SCAN_METHODS } from "../../../lib/ttt/methods/mod.ts";
import { OptionError } from "../../../lib/ttt/option_error.ts";
import { ANSWER_SETTINGS, inputOptions } from "../../../lib/serving/files/input.ts";
import { scanOptions, sessionOptions } from "../../../lib/serving/sessions/session.ts";
import type { JsonSchema } from "../../../routes/openapi/types.ts";
import { fakeApp, withJobs } from "../support.ts";
import { Conformance, documentOf, operationsOf } from "./support.ts";

/** Files that pages load; they are no part of the interface. */
const ASSETS = ["GET /docs/{file}", "GET /viewer/{file}{.+}"];

Deno.test("openApiDocument() is valid OpenAPI 3.1, with a token and without", async () => {
  for (const guarded of [false, true]) {
    const result = await new Validator().validate({ ...documentOf(guarded) });
    assert.ok(result.valid, JSON.stringify(result));
  }
});

Deno.test("openApiDocument() has the routes of the application, and no others", async () => {
  await withJobs(({ app }) => {
    // Middleware is listed as ALL.
    const routes = app.routes.filter(({ method }) => method !== "ALL")
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`)
      .filter((name) => !ASSETS.includes(name));
    const documented = operationsOf(documentOf()).map(([name]) => name);
    assert.deepEqual([...new Set(routes)].sort(), documented.sort());
    return Promise.resolve();
  });
});

Deno.test("openApiDocument() names every operation once, and every parameter of its path", () => {
  const ids = new Set<string>();
  for (const [name, { operationId, parameters = [] }] of operationsOf(documentOf())) {
    assert.ok(!ids.has(operationId), operationId);
    ids.add(operationId);
    const inPath = parameters.filter(({ in: place }) => place === "path").map(({ name }) => name);
    assert.deepEqual(inPath, [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter));
  }
});

Deno.test("openApiDocument() has examples that conform to their schemas", () => {
  const document = documentOf(true);
  const conformance = new Conformance(document);
  let examples = 0;
  for (const [name, { responses, parameters = [] }] of operationsOf(document)) {
    for (const { schema, example, name: parameter } of parameters) {
      if (example !== undefined) conformance.check(schema, example, `${name} ${parameter}`);
    }
    for (const [status, { content = {} }] of Object.entries(responses)) {
      for (const { schema, example } of Object.values(content)) {
        if (example === undefined) continue;
        conformance.check(schema!, example, `${name} ${status}`);
        examples++;
      }
    }
  }
  assert.ok(examples > 20);
});

Deno.test("openApiDocument() asks for a token under /v1 where the server does, and nowhere else", () => {
  for (const guarded of [false, true]) {
    for (const [name, operation] of operationsOf(documentOf(guarded))) {
      const asks = guarded && name.includes(" /v1/");
      assert.equal("security" in operation, asks, name);
      assert.equal("401" in operation.responses, asks, name);
    }
  }
});

Deno.test("GET /openapi.json sends the document", async () => {
  for (const token of [undefined, "secret"]) {
    const { app } = fakeApp(token === undefined ? {} : { access: { tokens: [token] } });
    const response = await app.request("/openapi.json");
    assert.deepEqual(await response.json(), documentOf(token !== undefined));
  }
});

Deno.test("sessionOptionSchemas() has the options that sessions and their scans take, and no others", () => {
  const { schemas } = documentOf().components;
  const named = (name: string) => Object.keys((schemas[name] as OptionsSchema).properties).sort();
  // Options without a default are listed only by the refusal.
  assert.throws(() => sessionOptions({ nonsense: 1 }), ({ message }: Error) => {
    const listed = /are (.*)$/.exec(message)![1]!.split(", ");
    // The method takes corrections, with a scan.
    assert.deepEqual([...named("SessionOptions"), "corrections"].sort(), listed.sort());
    return true;
  });
  assert.throws(() => scanOptions({ options: {} }, { nonsense: 1 }), ({ message }: Error) => {
    const listed = /are (.*);/.exec(message)![1]!.split(", ");
    assert.deepEqual(named("SessionScanOptions"), listed.sort());
    return true;
  });
});

interface OptionsSchema extends JsonSchema {
  title: string;
  properties: Record<string, JsonSchema & { minimum?: number; maximum?: number; enum?: string[] }>;
}

function optionsSchemas(): [string, OptionsSchema][] {
  const { schemas } = documentOf().components;
  return Object.entries(schemas).filter(([name]) => name.startsWith("Options."))
    .map(([name, schema]) => [name.slice("Options.".length), schema as OptionsSchema]);
}

/** Returns whether the server accepts options. */
function takes(options: Record<string, unknown>): boolean {
  const file = { name: "a", file: "a" };
  try {
    inputOptions({ scan: file, images: [file], cameras: [file], options });
    return true;
  } catch (error) {
    if (error instanceof OptionError) return false;
    throw error;
  }
}

Deno.test("optionSchemas() has every method that requests may name, and every option of each", () => {
  const names = [...SCAN_METHODS.values()].filter(({ online }) => !online).map(({ name }) => name);
  assert.deepEqual(optionsSchemas().map(([name]) => name), names);
  for (const [method, { properties }] of optionsSchemas()) {
    // The refusal lists the options of the method.
    const file = { name: "a", file: "a" };
    const options = { method, nonsense: 1 };
    assert.throws(
      () => inputOptions({ scan: file, images: [file], cameras: [file], options }),
      ({ message }: Error) => {
        const listed = /are (.*)$/.exec(message)![1]!.split(", ");
        assert.deepEqual(
          Object.keys(properties).sort(),
          [...listed, ...Object.keys(ANSWER_SETTINGS)].sort(),
        );
        return true;
      },
    );
  }
});

Deno.test("optionSchemas() accepts what the server accepts, and refuses what it refuses", () => {
  const document = documentOf();
  const conformance = new Conformance(document);
  const union = { $ref: "#/components/schemas/SegmentOptions" };
  const allows = (options: Record<string, unknown>) => {
    try {
      conformance.check(union, options, "");
      return true;
    } catch {
      return false;
    }
  };
  let cases = 0;
  const agree = (options: Record<string, unknown>) => {
    assert.equal(allows(options), takes(options), JSON.stringify(options));
    cases++;
  };
  agree({});
  agree({ steps: 10 });
  agree({ nonsense: 1 });
  agree({ mapLabels: true, labelMap: { "7": ["wall", 2], "8": null } });
  agree({ labelMap: { "7": [true] } });
  agree({ method: "magic" });
  agree({ method: "ttt-kd-online" });
  for (const [method, { properties }] of optionsSchemas()) {
    agree({ method });
    for (const [name, schema] of Object.entries(properties)) {
      if (name === "method") continue;
      const { minimum, maximum, enum: choices = [], type, default: usual } = schema;
      const values = [minimum, maximum, ...choices, usual, ["x"], null];
      if (minimum !== undefined) values.push(minimum - 1, maximum! + 1);
      if (type === "integer") values.push(minimum! + 0.5);
      if (type === "boolean") values.push(true, false, 1);
      for (const value of values.filter((value) => value !== undefined)) {
        agree({ method, [name]: value });
      }
      assert.ok(schema.description, `${method} ${name} has a description`);
    }
  }
  assert.ok(cases > 300, `${cases} cases`);
});
