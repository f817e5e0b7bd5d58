import assert from "node:assert/strict";
import { lowestTable } from "../../lib/eval/report/tables.ts";
import type { Cell } from "../../lib/eval/cells/cell.ts";
import { planCells } from "../../lib/eval/cells/plan.ts";
import { studyTables } from "../../lib/eval/report/tables.ts";
import { summarise } from "../../lib/eval/results/summarise.ts";
import { buildStudy } from "../../lib/eval/studies/studies.ts";
import type { StudyName } from "../../lib/eval/studies/study.ts";
import { cellOf, smallContext } from "./support.ts";

const SETTING = {
  benchmark: "small",
  split: "test",
  seeds: 2,
  student: "s",
  teacher: "parts",
  adapter: "none",
  command: "deno task eval",
  date: "",
  commit: null,
  classes: ["floor", "wall"],
  meanOver: "occurring" as const,
  domains: {
    source: { about: "as trained", isSource: true },
    noisy: { about: "noise", isSource: false },
    dark: { about: "no light", isSource: false },
  },
  settings: {},
  withoutStudent: [],
};

/** IoU of both classes where `hits` of ten points are correct. */
const iou = (hits: number) => hits / (20 - hits);

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

/** Results of studies whose cells have these many hits. */
function resultsOf(
  names: StudyName[],
  hits: (cell: { variant: string; domain: string; seed: number; scene: number }) => number | null,
  context = smallContext(),
) {
  const studies = names.map((name) => buildStudy(name, context));
  const cells = new Map<string, Cell>();
  for (const { single, sequences } of planCells(studies)) {
    for (const { key, variant, domain, seed, scene } of [...single, ...sequences.flat()]) {
      const right = hits({ variant: variant.id, domain, seed, scene });
      if (right === null) continue;
      const place = { variant: variant.id, method: variant.method, domain, seed, scene };
      const steps = variant.method === "ttt-kd" ? 25 : 0;
      const curve = variant.curve.map((step) => ({
        step,
        confusion: cellOf({ key }, right - 1 + step / 10).confusion,
      }));
      cells.set(key, cellOf({ key, ...place, steps, curve }, right));
    }
  }
  return summarise(SETTING, studies, cells);
}

Deno.test("summarise() pools the scenes of a seed and averages over seeds", () => {
  const { domains, cost } = resultsOf(["main"], ({ seed, scene }) => 4 + scene + seed);
  const { source } = domains["noisy"]!;
  // Hits 4, 5, 6 of seed 0 and 5, 6, 7 of seed 1.
  assert.deepEqual(source!.perSeed, [iou(5), iou(6)]);
  close(source!.miou, (iou(5) + iou(6)) / 2);
  close(source!.perClass["wall"]!, 33 / (60 + 60 - 33));
  assert.deepEqual(source!.perScene, [iou(4), iou(5), iou(6)]);
  assert.deepEqual(source!.against, {});
  assert.deepEqual(cost["ttt-kd"], { secondsPerScan: 1, gradientSteps: 25 });
});

Deno.test("summarise() takes differences of pooled mIoU, on the same resamples", () => {
  const gain = 2;
  const { domains } = resultsOf(
    ["main"],
    ({ variant, scene }) => 2 + 2 * scene + (variant === "ttt-kd" ? gain : 0),
  );
  const { against, harmed } = domains["noisy"]!["ttt-kd"]!;
  // Pooled: 4 of ten hits against 6.
  close(against["source"]!.mean, iou(6) - iou(4));
  close(against["fusion, weight 0"]!.mean, iou(6) - iou(4));
  assert.equal(against["source"]!.scenesWon, 3);
  const [low, high] = against["source"]!.ci95;
  assert.ok(low >= iou(4) - iou(2) - 1e-12 && high <= iou(8) - iou(6) + 1e-12);
  assert.equal(harmed, false);
});

Deno.test("summarise() marks variants that harm, and averages over the shifted domains", () => {
  const { domains, studies } = resultsOf(["main"], ({ variant, domain }) => {
    if (variant !== "ttt-kd") return 5;
    return { source: 6, noisy: 8, dark: 4 }[domain]!;
  });
  assert.deepEqual(
    Object.entries(domains).map(([name, all]) => [name, all["ttt-kd"]!.harmed]),
    [["source", false], ["noisy", false], ["dark", true]],
  );
  const mean = studies[0]!.mean["ttt-kd"]!;
  close(mean.miou, (iou(8) + iou(4)) / 2);
  close(mean.relative!, mean.miou / iou(5) - 1);
  assert.deepEqual([mean.domains, mean.domainsAbove, mean.domainsHarmed], [2, 1, 1]);
});

Deno.test("summarise() compares variants on the seeds that both have", () => {
  const context = smallContext({ chosen: ["source", "tent"] });
  const { domains } = resultsOf(
    ["main"],
    ({ variant, seed }) => variant === "tent" ? 6 : 5 + seed,
    context,
  );
  const { perSeed, against } = domains["noisy"]!["tent"]!;
  assert.equal(perSeed.length, 1);
  close(against["source"]!.mean, iou(6) - iou(5));
});

Deno.test("summarise() leaves out unfinished variants, and names them", () => {
  const { domains, missing } = resultsOf(
    ["main"],
    ({ variant, domain, scene }) =>
      variant === "ttt-kd" && domain === "dark" && scene === 2 ? null : 5,
  );
  assert.ok(domains["noisy"]!["ttt-kd"]);
  assert.equal(domains["dark"]!["ttt-kd"], undefined);
  assert.deepEqual(missing, ["main: ttt-kd on dark"]);
});

Deno.test("summarise() computes curves over steps and over sequences", () => {
  const context = smallContext();
  const { studies } = resultsOf(
    ["steps", "online"],
    ({ domain, scene, variant }) =>
      variant.startsWith("ttt-kd-online, as") && domain === "noisy" && scene < 4
        ? 3
        : domain === "noisy"
        ? 4
        : 8,
    { ...context, size: { ...context.size, streamScenes: 10 } },
  );
  const [steps, online] = studies;
  const curve = Object.values(steps!.domains["noisy"]!).find((result) => result.curve)!.curve!;
  assert.deepEqual(curve.map(({ step }) => step), [0, 5]);
  close(curve[0]!.miou, iou(3));
  close(curve[1]!.miou, iou(3.5));
  const [name, all] = Object.entries(online!.domains)[0]!;
  const { running } = all["source"]!;
  // A window is a fifth of the twenty scans.
  assert.equal(running!.length, 20 - 4 + 1);
  close(running![0]!, iou(4));
  close(running!.at(-1)!, iou(8));
  assert.deepEqual(online!.changes[name], [10]);
  const lowest = lowestTable(online!).rows;
  const difference = `−${(100 * (iou(4) - iou(3))).toFixed(1)}`;
  assert.deepEqual(lowest[0], [
    "ttt-kd-online, as in the paper",
    `${difference}, up to scan 4`,
  ]);
  assert.deepEqual(lowest[1]!.slice(1), ["+0.0, up to scan 4"]);
});

Deno.test("summarise() gives the mIoU of points that no photograph sees, where all cells count them", () => {
  const study = buildStudy("main", smallContext({ chosen: ["source"] }));
  const cells = new Map<string, Cell>();
  for (const { single } of planCells([study])) {
    for (const { key, variant, domain, seed, scene } of single) {
      // Photographs see all of "source", and one cell of "dark" was made by an older program.
      const hits = domain === "noisy" ? [3, 7, 7, 3] : [0, 0, 0, 0];
      const isOld = domain === "dark" && scene === 0;
      const place = { key, variant: variant.id, domain, seed, scene };
      cells.set(key, cellOf({ ...place, ...(isOld ? {} : { unseen: hits }) }, 5));
    }
  }
  const { domains, studies } = summarise(SETTING, [study], cells);
  close(domains["noisy"]!["source"]!.unseen!, iou(3));
  close(domains["noisy"]!["source"]!.miou, iou(5));
  for (const domain of ["source", "dark"]) {
    assert.equal(domains[domain]!["source"]!.unseen, undefined);
  }
  close(studies[0]!.mean["source"]!.unseen!, iou(3));
  const title = "mIoU of points that no photograph sees";
  assert.ok(studyTables(studies[0]!).some((table) => table.title.endsWith(title)));
});
