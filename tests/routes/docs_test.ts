/** The page of the interface comes whole from this server. */
import assert from "node:assert/strict";
import { fakeApp, problemOf } from "./support.ts";

Deno.test("GET /docs asks for nothing but what this server has, and may not ask for more", async () => {
  const { app } = fakeApp();
  const response = await app.request("/docs");
  assert.match(response.headers.get("content-type")!, /^text\/html/);
  const policy = response.headers.get("content-security-policy")!;
  assert.match(policy, /default-src 'none'/);
  // Neither another host, nor a script or style that somebody writes into the page.
  assert.doesNotMatch(policy, /http|\*|unsafe/);
  const page = await response.text();
  const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!)
    .filter((link) => !link.startsWith("data:"));
  assert.equal(links.length, 3);
  for (const link of links) {
    const { href, origin } = new URL(link, "http://server/docs");
    assert.equal(origin, "http://server");
    const file = await app.request(href);
    assert.equal(file.status, 200, href);
    const isStyle = href.endsWith(".css");
    const type = isStyle ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
    assert.equal(file.headers.get("content-type"), type);
    assert.equal(file.headers.get("x-content-type-options"), "nosniff");
    const text = await file.text();
    // As files, scripts and styles would bring others along by these.
    assert.doesNotMatch(text, isStyle ? /@import|url\((?!"?data:)/ : /\bimportScripts\(/);
    if (href.includes("bundle")) assert.match(text, /SwaggerUIBundle/);
  }
  await problemOf(await app.request("/docs/other.js"), 404);
});
