/** Cards of teachers: what is read, and which field an error names. */
import assert from "node:assert/strict";
import { parseTeacherCard, TeacherError } from "../../lib/teacher/mod.ts";

const good = JSON.parse(
  Deno.readTextFileSync(new URL("../../fixtures/models/tiny_vit.json", import.meta.url)),
);

Deno.test("parseTeacherCard() reads the cards of the fixtures", () => {
  assert.deepEqual({ ...parseTeacherCard(JSON.stringify(good), "card.json") }, good);
});

Deno.test("parseTeacherCard() keeps the optional fields", () => {
  const more = {
    inputLayout: "NHWC",
    sizing: "pad",
    externalData: ["a.data"],
    sha256: "0123456789abcdef".repeat(4),
  };
  const card = parseTeacherCard(JSON.stringify({ ...good, ...more }), "card.json");
  assert.deepEqual({ ...card }, { ...good, ...more });
});

const cases: [string, Record<string, unknown>][] = [
  ["width", { width: 1.5 }],
  ["width", { width: undefined }],
  ["std[1]", { std: [1, 0, 1] }],
  ["mean", { mean: [0, 0] }],
  ["outputForm", { outputForm: "vector" }],
  ["shortSide", { shortSide: 50 }],
  ["prefixTokens", { outputForm: "map", prefixTokens: 1 }],
  ["prefixTokens", { outputForm: "cells", prefixTokens: 1 }],
  ["inputLayout", { inputLayout: "CHWN" }],
  ["sizing", { sizing: "crop" }],
  ["sha256", { sha256: "ABC" }],
  ["externalData[0]", { externalData: [""] }],
  ["colour", { colour: "blue" }],
];
for (const [field, change] of cases) {
  Deno.test(`parseTeacherCard() names ${field} in ${JSON.stringify(change)}`, () => {
    assert.throws(
      () => parseTeacherCard(JSON.stringify({ ...good, ...change }), "card.json"),
      (error) =>
        error instanceof TeacherError && error.field === field &&
        error.message.startsWith("Cannot read card.json: ") &&
        error.message.includes(` (field ${field}); `),
    );
  });
}

Deno.test("parseTeacherCard() refuses what is not JSON", () => {
  assert.throws(() => parseTeacherCard("{", "card.json"), /Cannot read card\.json: not JSON/);
});
