/**
 * `/openapi.json`: the interface as programs read it.
 *
 * @module
 */
import { Hono } from "hono";
import { openApiDocument } from "./openapi/document.ts";

/** The route `/openapi.json`. @param guarded whether `/v1` asks for a token. */
export function openApiRoutes(guarded: boolean): Hono {
  let document: string | null = null;
  return new Hono().get("/", (c) => {
    document ??= JSON.stringify(openApiDocument(guarded));
    return c.body(document, 200, { "content-type": "application/json" });
  });
}
