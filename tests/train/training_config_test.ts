/** The settings of training: their defaults, their errors, and the table that explains them. */
import assert from "node:assert/strict";
import { parseTrainingConfig, trainingConfigSchema } from "../../lib/train/training_config.ts";

Deno.test("parseTrainingConfig() names the file and the field that is wrong", () => {
  const parse = (settings: unknown) => parseTrainingConfig(JSON.stringify(settings), "my.json");
  assert.throws(() => parse({}), /^RangeError: Cannot read my\.json: .*id/);
  assert.throws(() => parse({ id: "a", epochs: 0.5 }), /epochs/);
  assert.throws(() => parse({ id: "a", objective: "both" }), /labels, joint, mae/);
  assert.throws(() => parse({ id: "a", learningrate: 1 }), /there is no field learningrate/);
  assert.throws(() => parseTrainingConfig("{", "my.json"), /my\.json: not JSON/);
});

Deno.test("trainingConfigSchema describes every field", () => {
  for (const [name, field] of Object.entries(trainingConfigSchema.shape)) {
    assert.ok(field.description, `${name} has no description`);
  }
});

Deno.test("fixtures/README.md lists the settings with their defaults", async () => {
  const readme = await Deno.readTextFile(new URL("../../fixtures/README.md", import.meta.url));
  const [, section = ""] = readme.split("\n## Training\n");
  const rows = [...section.split("\n## ")[0]!.matchAll(/^\| `(\w+)` *\| (.*?) *\|/gm)];
  const defaults: Record<string, unknown> = trainingConfigSchema.parse({ id: "any" });
  assert.deepEqual(
    rows.map(([, name, value]) => [name, value!.replaceAll("`", "")]),
    Object.keys(trainingConfigSchema.shape).map((name) => [
      name,
      name === "id"
        ? "must be given"
        : JSON.stringify(defaults[name])?.replaceAll('","', '", "') ?? "left out",
    ]),
  );
});
