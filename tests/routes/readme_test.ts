/** Tables of routes/README.md say what the program does. */
import assert from "node:assert/strict";
import { command as serve } from "../../lib/commands/serve.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { API_VERSION } from "../../routes/openapi/document.ts";
import { optionSchemas } from "../../routes/openapi/options.ts";
import { scanBody } from "../../routes/openapi/scan_request.ts";
import { labelled } from "../../routes/openapi/scan_responses.ts";
import { answerSchemas } from "../../routes/openapi/schemas.ts";
import { withJobs } from "./support.ts";

const TEXT = Deno.readTextFileSync(new URL("../../routes/README.md", import.meta.url));

/** The rows of the first table after a heading whose header begins with a cell; code marks are removed. */
function tableOf(heading: string, cell: string): string[][] {
  const [, section] = TEXT.split(new RegExp(`^#+ ${heading}$`, "m"));
  assert.ok(section, heading);
  const lines = section.split("\n");
  const header = lines.findIndex((line, i) =>
    line.replaceAll("`", "").startsWith(`| ${cell} `) && lines[i + 1]?.startsWith("| ---")
  );
  assert.ok(header >= 0, `${heading}: ${cell}`);
  const rows = lines.slice(header + 2);
  return rows.slice(0, rows.findIndex((line) => !line.startsWith("|"))).map((line) =>
    line.split("|").slice(1, -1).map((text) => text.replaceAll("`", "").trim())
  );
}

/** The items of a cell that lists several. */
const items = (cell: string) => cell.split(", ");

interface OptionSchema {
  type: string;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: string[];
  anyOf?: OptionSchema[];
}

/** The values of an option as the table has them. */
function valuesOf({ minimum, maximum, enum: choices, anyOf = [] }: OptionSchema): string {
  if (anyOf.length > 0) return anyOf.map(valuesOf).join(", ");
  return choices?.join(", ") ?? `${minimum} to ${maximum}`;
}

Deno.test("routes/README.md lists the options of the default method, with their defaults and values", () => {
  const { properties } = optionSchemas()["Options.ttt-kd-fusion"] as {
    properties: Record<string, OptionSchema>;
  };
  const rows = tableOf("Options", "option");
  assert.deepEqual(rows.map(([name]) => name).sort(), Object.keys(properties).sort());
  for (const [name, usual, values] of rows as [string, string, string][]) {
    // Their values are names, or an object.
    if (["method", "student", "labelMap", "labelNames", "corrections"].includes(name)) continue;
    const { type, default: given } = properties[name]!;
    // What follows in brackets is the default of another method.
    if (given !== undefined) assert.equal(usual.replace(/ \(.*/, ""), `${given}`, name);
    if (type === "boolean") assert.equal(values, "true, false", name);
    else assert.equal(values, valuesOf(properties[name]!), name);
  }
});

Deno.test("routes/README.md lists every method", () => {
  const names = tableOf("Options", "method").flatMap(([names]) => items(names!));
  assert.deepEqual(names.sort(), [...METHODS.keys()].sort());
});

Deno.test("routes/README.md lists the options of serve, with their defaults", () => {
  const documented = new Map(
    tableOf("Limits", "option").flatMap(([names, usual]) =>
      items(names!).map((name, i): [string, string] => [
        name.slice("--".length),
        names!.includes(",") && usual!.includes(",") ? items(usual!)[i]! : usual!,
      ])
    ),
  );
  assert.deepEqual([...documented.keys()].sort(), Object.keys(serve.options).sort());
  for (const [name, option] of Object.entries(serve.options)) {
    if ("default" in option) assert.equal(documented.get(name), option.default, name);
  }
});

Deno.test("routes/README.md lists the parts of a form and the types of answers", () => {
  const { schema } = scanBody({}).content["multipart/form-data"]!;
  const { properties } = schema as unknown as { properties: Record<string, unknown> };
  assert.deepEqual(tableOf("Label a scan", "part").map(([part]) => part), Object.keys(properties));
  const types = tableOf("Answers", "Accept").flatMap(([types]) => items(types!));
  assert.deepEqual(types.sort(), Object.keys(labelled.content!).sort());
});

Deno.test("routes/README.md lists the members of a report", () => {
  const { properties } = answerSchemas().ScanReport as { properties: Record<string, unknown> };
  const members = tableOf("Answers", "member").flatMap(([names]) => items(names!));
  assert.deepEqual(members.sort(), Object.keys(properties).sort());
});

Deno.test("routes/README.md lists the metrics, with their types", async () => {
  await withJobs(async ({ app }) => {
    const text = await (await app.request("/metrics")).text();
    const types = new Map(
      [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, ...pair]) => pair as [string, string]),
    );
    const rows = tableOf("Metrics and log", "metric");
    const documented = rows.flatMap(([names, type]) =>
      items(names!).map((name): [string, string] => [name, type!])
    );
    assert.deepEqual(new Map(documented.sort()), new Map([...types].sort()));
  });
});

Deno.test("routes/README.md has the present version at the head of its changelog", () => {
  const [, version] = /^## Changelog\n[^]*?^### (\S+)$/m.exec(TEXT)!;
  assert.equal(version, API_VERSION);
});
