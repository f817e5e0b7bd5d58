import assert from "node:assert/strict";
import { TimeLeft } from "../../lib/segment/time_left.ts";

Deno.test("TimeLeft weights cells by their work", () => {
  const left = new TimeLeft(100);
  assert.equal(left.seconds, null);
  left.finished(10, 5);
  assert.equal(left.seconds, 45);
  left.finished(40, 45);
  assert.equal(left.seconds, 50);
  left.finished(60, 60);
  assert.equal(left.seconds, 0, "work that was not foreseen leaves nothing negative");
});
