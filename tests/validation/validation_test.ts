/** What schemas have against values, in our own words. */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  fieldPath,
  fitting,
  issueAt,
  parseJson,
  shown,
  validate,
  violationsText,
  violationText,
} from "../../lib/validation/mod.ts";

/** The text of the first violation. */
function refused(schema: z.ZodType, value: unknown, at: (string | number)[] = []): string {
  let text = "";
  assert.throws(() =>
    validate(schema, value, (violation) => new RangeError(text = violationText(violation)), at)
  );
  return text;
}

const schema = z.strictObject({
  name: z.string().min(1),
  count: z.int().min(2).max(9).default(3),
  scale: z.number().positive().optional(),
  kind: z.enum(["a", "b"]).optional(),
  pose: z.tuple([z.number(), z.number()]).optional(),
  map: z.record(z.string().regex(/^\d+$/, "write whole numbers as names"), z.boolean()).optional(),
  list: z.array(z.string()).min(1).optional(),
});

Deno.test("validate() gives the value with its defaults", () => {
  assert.deepEqual(validate(schema, { name: "x" }, () => new Error()), { name: "x", count: 3 });
});

for (
  const [change, text] of [
    [{ name: undefined }, "name is missing (field name); write a text"],
    [{ name: "" }, 'name is "" (field name); write at least 1 character'],
    [{ count: 1 }, "count is 1 (field count); write a number of at least 2"],
    [{ count: 10 }, "count is 10 (field count); write a number of at most 9"],
    [{ count: 2.5 }, "count is 2.5 (field count); write a whole number"],
    [{ scale: 0 }, "scale is 0 (field scale); write a number above 0"],
    [{ scale: Infinity }, "scale is Infinity (field scale); write a finite number"],
    [{ scale: null }, "scale is null (field scale); write a finite number"],
    [{ kind: "c" }, 'kind is "c" (field kind); write one of a, b'],
    [{ pose: [1] }, "pose is a list of 1 (field pose); write at least 2 entries"],
    [{ pose: [1, "2"] }, 'entry 1 is "2" (field pose[1]); write a finite number'],
    [
      { map: { tree: true } },
      '"tree" is no name here (field map.tree); write whole numbers as names',
    ],
    [{ list: [] }, "list is a list of 0 (field list); write at least 1 entry"],
    [{ list: {} }, "list is an object (field list); write a list"],
    [{ colour: 1 }, "there is no field colour (field colour); correct its name or remove it"],
  ] as [Record<string, unknown>, string][]
) {
  Deno.test(`validate() says: ${text}`, () => {
    assert.equal(refused(schema, { name: "x", ...change }), text);
  });
}

Deno.test("validate() says where the value stands in its file", () => {
  assert.equal(refused(schema, null), "it is null; write an object");
  assert.equal(
    refused(schema, {}, ["frames", 2]),
    "name is missing (field frames[2].name); write a text",
  );
  assert.equal(
    refused(schema, null, ["frames", 2]),
    "entry 2 is null (field frames[2]); write an object",
  );
});

Deno.test("validate() takes the problem of a check that knows it", () => {
  const even = z.number().superRefine((value, context) => {
    if (value % 2 !== 0) context.addIssue(issueAt([], `${value} is odd`, "write an even number"));
  });
  assert.equal(
    refused(z.object({ n: even }), { n: 3 }),
    "3 is odd (field n); write an even number",
  );
});

Deno.test("fieldPath() and shown() write places and values for messages", () => {
  assert.equal(fieldPath([]), "");
  assert.equal(fieldPath(["a", "b", 0, 1, "c"]), "a.b[0][1].c");
  assert.equal(fieldPath([3]), "[3]");
  assert.equal(shown("x".repeat(100)).length, 62);
  assert.equal(shown([1, 2]), "a list of 2");
});

Deno.test("parseJson() throws the caller's error", () => {
  assert.deepEqual(parseJson("[1]", () => new Error()), [1]);
  assert.throws(
    () =>
      parseJson("{", (problem, cause) => new RangeError(`Cannot read x: ${problem}`, { cause })),
    /^RangeError: Cannot read x: not JSON \(/,
  );
});

Deno.test("validate() finds all faults at once, also in how members fit each other", () => {
  const pair = z.object({ names: z.array(z.string()), codes: z.array(z.int()), kind: z.string() })
    .check(fitting(["names", "codes"], ({ names, codes }, refuse) => {
      if (names.length === codes.length) return;
      refuse(["codes"], `codes has ${codes.length} entries`, "write one for each name");
    }));
  const text = (value: unknown) => {
    let all = "";
    assert.throws(() =>
      validate(pair, value, (_, violations) => new RangeError(all = violationsText(violations)))
    );
    return all;
  };
  assert.equal(
    text({ names: ["a"], codes: [1, 2] }),
    "kind is missing (field kind); write a text. Also, codes has 2 entries (field codes); write one for each name",
  );
  assert.equal(
    text({ names: 3, codes: [1, 2], kind: "k" }),
    "names is 3 (field names); write a list",
    "members that are wrong by themselves are not compared",
  );
});
