import assert from "node:assert/strict";
import { columns, duration, percent } from "../../lib/terminal/format.ts";

Deno.test("percent() writes a fraction with one decimal, and a dash for no number", () => {
  assert.deepEqual([0.6344, 0, 1, NaN, Infinity].map(percent), ["63.4", "0.0", "100.0", "–", "–"]);
});

Deno.test("duration() writes seconds, minutes or hours", () => {
  assert.deepEqual([0, 99.4, 100, 5999, 11_100].map(duration), [
    "0 s",
    "99 s",
    "2 min",
    "1 h 40 min",
    "3 h 05 min",
  ]);
});

Deno.test("columns() aligns the right column", () => {
  assert.deepEqual(columns([["a", "one"], ["long", "two"]]), ["  a     one", "  long  two"]);
});
