/** The documentation page loads everything from this server. */
import assert from "node:assert/strict";
import { fakeApp, problemOf } from "./support.ts";

Deno.test("GET /docs loads files of this server alone, and its policy forbids others", async () => {
  const { app } = fakeApp();
  const response = await app.request("/docs");
  assert.match(response.headers.get("content-type")!, /^text\/html/);
  const policy = response.headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'none'/);
  // Neither other hosts nor inline scripts and styles are allowed.
  assert.doesNotMatch(policy, /http|\*|unsafe/);
  const page = await response.text();
  const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
    .filter((link) => !link.startsWith("data:"));
  assert.equal(links.length, 3);
  for (const link of links) {
    const { href, origin } = new URL(link, "http://localhost/docs");
    assert.equal(origin, "http://localhost");
    const file = await app.request(href);
    assert.equal(file.status, 200, href);
    const isStyle = href.endsWith(".css");
    const type = isStyle ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
    assert.equal(file.headers.get("content-type"), type);
    assert.equal(file.headers.get("x-content-type-options"), "nosniff");
    const text = await file.text();
    // These would load further files.
    assert.doesNotMatch(text, isStyle ? /@import|url\((?!"?data:)/ : /\bimportScripts\(/);
    if (href.includes("bundle")) assert.match(text, /SwaggerUIBundle/);
  }
  await problemOf(await app.request("/docs/other.js"), 404);
});
