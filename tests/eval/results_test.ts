import assert from "node:assert/strict";
import { Confusion } from "../../lib/eval/confusion.ts";
import { resultsTable, type SceneResult, summarise } from "../../lib/eval/results.ts";
import { bootstrap95, mean } from "../../lib/eval/statistics.ts";
import type { Method } from "../../lib/ttt/types.ts";

const SETTING = {
  benchmark: "rooms",
  student: "s",
  teacher: "t",
  adapter: "none",
  classes: ["wall", "floor"],
};

/** A scene of ten points of each class, of which `hits` of each are right. */
function result(seed: number, scene: string, method: Method, hits: number): SceneResult {
  const confusion = new Confusion(2);
  confusion.counts.set([hits, 10 - hits, 10 - hits, hits]);
  const gradientSteps = method === "ttt-kd" ? 25 : 0;
  return { domain: "d", seed, scene, method, confusion, seconds: hits, gradientSteps };
}

/** IoU of both classes where `hits` of ten are right. */
const iou = (hits: number) => hits / (20 - hits);

const ALL = [
  result(0, "a", "source", 4),
  result(0, "a", "ttt-kd", 6),
  result(0, "b", "source", 6),
  result(0, "b", "ttt-kd", 5),
  result(1, "c", "source", 5),
  result(1, "c", "ttt-kd", 9),
];

Deno.test("summarise() pools the points of a seed and averages over seeds", () => {
  const { domains, seeds } = summarise(SETTING, ALL);
  const source = domains["d"]!.source!;
  assert.equal(seeds, 2);
  assert.deepEqual(source.perSeed, [iou(5), iou(5)]);
  assert.equal(source.miou, iou(5));
  assert.deepEqual(source.perClass, { wall: iou(5), floor: iou(5) });
  assert.deepEqual(source.perScene, { a: iou(4), b: iou(6), c: iou(5) });
  assert.deepEqual(source.against, {});
});

Deno.test("summarise() pairs methods by scene", () => {
  const difference = summarise(SETTING, ALL).domains["d"]!["ttt-kd"]!.against.source!;
  const differences = [iou(6) - iou(4), iou(5) - iou(6), iou(9) - iou(5)];
  assert.ok(Math.abs(difference.mean - mean(differences)) < 1e-12);
  assert.equal(difference.wins, 2);
  assert.ok(difference.ci95[0] < difference.mean && difference.mean < difference.ci95[1]);
});

Deno.test("summarise() gives the cost of every method", () => {
  const { cost } = summarise(SETTING, ALL);
  assert.deepEqual(cost.source, { secondsPerScan: 5, gradientSteps: 0 });
  assert.equal(cost["ttt-kd"]!.gradientSteps, 25);
});

Deno.test("resultsTable() shows means and paired differences in percent", () => {
  const table = resultsTable(summarise(SETTING, ALL));
  assert.match(table, /\| source \| 33\.3 \|/);
  assert.match(table, /\| ttt-kd \| .* \| \+18\.\d \(.*; 2\/3\) \| 6\.7 \|/);
});

Deno.test("bootstrap95() covers the mean of a normal sample about 95 times in a hundred", () => {
  // Means of 30 values that are uniform in 0..1 by a golden-ratio sequence have the truth 0.5.
  let covered = 0;
  for (let trial = 0; trial < 40; trial++) {
    const values = Array.from({ length: 30 }, (_, i) => ((trial * 30 + i) ** 2 * 0.6180339887) % 1);
    const [low, high] = bootstrap95(values, mean);
    assert.ok(low < high);
    if (low <= 0.5 && 0.5 <= high) covered++;
  }
  assert.ok(covered >= 33 && covered <= 40, `${covered} of 40`);
});

Deno.test("bootstrap95() gives the same interval again", () => {
  assert.deepEqual(bootstrap95([1, 2, 3, 9], mean), bootstrap95([1, 2, 3, 9], mean));
});
