/**
 * `/docs`: the interface as people read it and try it out. Swagger UI is served from its package, and so from inside the
 * compiled program. The page loads nothing from other hosts; its content security policy enforces this.
 *
 * @module
 */
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { notFound } from "./http/problem.ts";

/** The page's files. They are imported on their first request, so that most servers never hold them in memory. */
const FILES: ReadonlyMap<string, { type: string; text: () => Promise<string> }> = new Map(
  Object.entries({
    "swagger-ui.css": {
      type: "text/css",
      text: async () =>
        (await import("swagger-ui-dist/swagger-ui.css", { with: { type: "text" } })).default,
    },
    "swagger-ui-bundle.js": {
      type: "text/javascript",
      text: async () =>
        (await import("swagger-ui-dist/swagger-ui-bundle.js", { with: { type: "text" } })).default,
    },
    "start.js": { type: "text/javascript", text: () => Promise.resolve(START) },
  }),
);

/** Addresses are relative, so that the page works behind a proxy under any path. */
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>ttt-kd: interface</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<div id="interface"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</html>
`;

/** Without `validatorUrl: null`, Swagger UI would send the document to a service of its makers. */
const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#interface",
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
});
`;

/** Routes under `/docs`. */
export function docsRoutes(): Hono {
  const policy = secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
  return new Hono()
    .get("/", policy, (c) => c.html(PAGE))
    .get("/:file", async (c) => {
      const file = FILES.get(c.req.param("file"));
      if (!file) return notFound(c);
      return c.body(await file.text(), 200, {
        "content-type": `${file.type}; charset=utf-8`,
        "cache-control": "max-age=3600",
      });
    });
}
