import assert from "node:assert/strict";
import { openApiDocument } from "../../../routes/openapi/document.ts";
import { offeredMethods } from "../../../routes/viewer/methods.js";
import { segmentOptions } from "../../../lib/segment/options.ts";

Deno.test("the viewer offers the methods that the server takes for a scan, and steps where they have some", () => {
  const offered = offeredMethods(openApiDocument(false));
  const names = offered.map(({ name }) => name);
  for (const name of ["source", "bn", "ttt-kd", "ttt-kd-fusion"]) assert.ok(names.includes(name));
  // Online methods are for sessions, and `corrections` needs some.
  for (const name of ["cotta", "ttt-kd-online", "corrections"]) assert.ok(!names.includes(name));
  for (const { name, about, takesSteps } of offered) {
    assert.ok(about.length > 0);
    const options = { method: name, ...(takesSteps ? { steps: 3 } : {}) };
    assert.equal(segmentOptions(options, true).method, name);
    if (!takesSteps) assert.throws(() => segmentOptions({ ...options, steps: 3 }, true), /steps/);
  }
});
