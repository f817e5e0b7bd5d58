/** One word for one thing: words that were given up stay away, and a type's name means one type. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { projectFiles, ROOT } from "./imports.ts";

/** Words that the program no longer uses, and what stands in their place. */
const RETIRED: readonly (readonly [RegExp, string])[] = [
  [/\bcopies\b/, "augmentations, or what is copied"],
  [/\bhiders?\b/i, "occluder"],
  [/\bkdLoss\b/, "losses and lossName"],
  [/\bsourceLevel\b/, "source KD loss"],
  [/\bagreement\b/, "consistency, of a loss"],
  [/\breadings\b/, "readout"],
  [/\bturn(s|ed|ing)?\b/i, "attempt, permit, rank, or rotate"],
  [/\b(Gpu|Redis)Turns\b/, "FifoSemaphore, FairRanks"],
  [/\bBeginning\b|\bStanding\b/, "config, state"],
];

/** What clients said before version 2 of the interface, and may still say. */
const FORMER = "lib/segment/former_names.ts";

const program = projectFiles().filter((path) => !/^(tests|fixtures)\//.test(path));
const texts = new Map(program.map((path) => [path, Deno.readTextFileSync(join(ROOT, path))]));

Deno.test("no retired word is left in the program", () => {
  const found: string[] = [];
  for (const [path, text] of texts) {
    if (path === FORMER) continue;
    text.split("\n").forEach((line, index) => {
      for (const [word, instead] of RETIRED) {
        if (word.test(line)) found.push(`${path}:${index + 1}: ${line.trim()} (${instead})`);
      }
    });
  }
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
});

Deno.test("no two exported types have one name", () => {
  const places = new Map<string, string[]>();
  for (const [path, text] of texts) {
    for (
      const [, name] of text.matchAll(
        /^export (?:abstract )?(?:interface|type|class) (\w+)\b(?! *\})/gm,
      )
    ) {
      places.set(name!, [...places.get(name!) ?? [], path]);
    }
  }
  assert.ok(places.size > 100);
  const shared = [...places].filter(([, paths]) => paths.length > 1);
  assert.equal(
    shared.length,
    0,
    shared.map(([name, at]) => `\n${name}: ${at.join(", ")}`).join(""),
  );
});
