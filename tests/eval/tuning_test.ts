import assert from "node:assert/strict";
import { planCells } from "../../lib/eval/cells/plan.ts";
import { summarise } from "../../lib/eval/results/summarise.ts";
import { tuningStudy } from "../../lib/eval/studies/studies.ts";
import { tunedMethods, tuningTable } from "../../lib/eval/studies/tuning.ts";
import { METHODS } from "../../lib/ttt/methods/mod.ts";
import { cellOf, smallContext } from "./support.ts";

const GRID = METHODS.get("ttt-kd")!.grid;

Deno.test("tunedMethods() chooses the setting with the best mean over the domains", () => {
  const study = tuningStudy(smallContext({ chosen: ["ttt-kd"] }));
  const cells = new Map(
    planCells([study]).flatMap(({ single }) =>
      single.map(({ key, variant, domain, scene }) => {
        const index = study.entries.findIndex((entry) => entry.variant === variant);
        // The second setting is best in the mean; the first only where it is noisy.
        const hits = index === 0 ? (domain === "noisy" ? 8 : 2) : index === 1 ? 7 : 5;
        return [key, cellOf({ key, variant: variant.id, domain, scene }, hits)] as const;
      })
    ),
  );
  const setting = {
    benchmark: "small",
    split: "validation",
    seeds: 1,
    student: "s",
    teacher: "t",
    adapter: "none",
    command: "",
    date: "",
    commit: null,
    classes: ["floor", "wall"],
    meanOver: "occurring" as const,
    domains: {},
    settings: {},
    withoutStudent: [],
  };
  const chosen = tunedMethods(summarise(setting, [study], cells), METHODS);
  assert.equal(chosen.length, 1);
  assert.deepEqual(chosen[0]!.best, GRID[1]);
  assert.equal(chosen[0]!.tried.length, GRID.length);
  assert.ok(Math.abs(chosen[0]!.tried[0]!.miou - (8 / 12 + 2 / 18) / 2) < 1e-12);
  const { head, rows } = tuningTable(chosen);
  assert.deepEqual(head, ["method", "settings", "noisy", "dark", "mean", ""]);
  assert.deepEqual(rows.map((row) => row.at(-1)), GRID.map((_, i) => i === 1 ? "best" : ""));
});

Deno.test("all grids of methods have the same number of settings", () => {
  const sizes = new Set([...METHODS.values()].map(({ grid }) => grid.length).filter(Boolean));
  assert.equal(sizes.size, 1, [...sizes].join(", "));
});
