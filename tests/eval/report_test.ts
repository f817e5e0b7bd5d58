import assert from "node:assert/strict";
import { valueScale } from "../../lib/eval/report/axis.ts";
import { barChart } from "../../lib/eval/report/bar_chart.ts";
import { claimsOf } from "../../lib/eval/report/claims.ts";
import { element } from "../../lib/eval/report/markup.ts";
import { lineChart } from "../../lib/eval/report/line_chart.ts";
import { markdownReport, markdownTable } from "../../lib/eval/report/markdown.ts";
import { signed, withInterval } from "../../lib/eval/report/numbers.ts";
import { htmlReport } from "../../lib/eval/report/html.ts";
import { gainsTable, miouTable, stepZeroTable } from "../../lib/eval/report/tables.ts";
import { captionOf, notableScenes } from "../../lib/eval/pictures/before_after.ts";
import { smallResults } from "./support.ts";

Deno.test("signed() and withInterval() write differences with their sign", () => {
  assert.equal(signed(0.1), "+10.0");
  assert.equal(signed(-0.021), "−2.1");
  assert.equal(signed(-0.0001), "+0.0");
  const difference = { mean: 0.02, ci95: [-0.01, 0.05] as [number, number], scenes: 5 };
  assert.equal(withInterval(difference), "+2.0 (−1.0 to +5.0)");
  assert.equal(withInterval({ ...difference, scenes: 4 }), "+2.0", "too few scenes");
});

Deno.test("element() escapes attributes", () => {
  assert.equal(
    element("a", { href: '"><script>', x: 1 / 3 }),
    '<a href="&quot;&gt;&lt;script&gt;" x="0.33"></a>',
  );
});

const AREA = { left: 0, right: 1, top: 12, bottom: 312 };

Deno.test("valueScale() ends on round numbers around all values", () => {
  const ticks = (values: number[], zero: boolean) => valueScale(values, AREA, { zero }).ticks(5);
  assert.deepEqual(ticks([3, 71], true), [0, 20, 40, 60, 80]);
  assert.deepEqual(ticks([52.1, 56.9], false), [52, 53, 54, 55, 56, 57]);
  assert.deepEqual(ticks([0.1, 0.3, NaN], false), [0.1, 0.15, 0.2, 0.25, 0.3]);
  const [low, high] = valueScale([5], AREA).domain() as [number, number];
  assert.ok(low < 5 && high > 5);
  assert.deepEqual(valueScale([], AREA).domain(), [0, 1]);
});

/** Numbers of an attribute of all elements that match. */
function numbers(markup: string, tag: RegExp, attribute: string): number[] {
  return [...markup.matchAll(tag)].map(([found]) =>
    Number(new RegExp(`${attribute}="([^"]+)"`).exec(found)![1])
  );
}

Deno.test("barChart() draws bars as high as their values, with whiskers at the interval", () => {
  const chart = barChart({
    title: "A & B",
    description: "two bars",
    axis: "mIoU in %",
    series: [{ name: "one", colour: 0 }, { name: "two", colour: 3 }],
    groups: [
      { name: "g", bars: [{ value: 20, interval: [10, 25] }, { value: 40, interval: [39, 41] }] },
      { name: "h", bars: [null, { value: 10, interval: [9, 11] }] },
    ],
  });
  const heights = numbers(chart, /<rect class="fill c\d" x="[^>]+>/g, "height");
  assert.equal(heights.length, 3 + 2, "three bars and two names");
  assert.ok(Math.abs(heights[1]! / heights[0]! - 2) < 0.01);
  const [, ...ends] = numbers(chart, /<line class="whisker"[^>]+>/g, "y1");
  const scale = valueScale([0, 41], AREA);
  assert.deepEqual(
    ends.slice(0, 2),
    [scale(10), scale(25)].map(Math.round),
    "the whiskers of the first bar",
  );
  assert.match(chart, /<title>A &amp; B<\/title>/);
  assert.match(chart, /<desc>two bars<\/desc>/);
});

Deno.test("lineChart() places points evenly or true to scale", () => {
  const points = [0, 1, 100].map((x) => ({ x, value: x }));
  const chart = (spread: "even" | "linear") =>
    numbers(
      lineChart({
        title: "t",
        description: "d",
        axes: { x: "steps", y: "mIoU" },
        lines: [{ name: "a", colour: 1, points }],
        spread,
      }),
      /<circle[^>]+>/g,
      "cx",
    );
  const [a, b, c] = chart("even") as [number, number, number];
  assert.ok(Math.abs((b - a) - (c - b)) < 0.1);
  const [d, e, f] = chart("linear") as [number, number, number];
  assert.ok(Math.abs((e - d) * 100 - (f - d)) < 5);
});

Deno.test("lineChart() draws the band of the intervals and the marks", () => {
  const chart = lineChart({
    title: "t",
    description: "d",
    axes: { x: "steps", y: "mIoU" },
    lines: [{
      name: "a",
      colour: 1,
      points: [1, 2].map((x) => ({ x, value: 5, interval: [4, 6] as const })),
    }],
    spread: "even",
    marks: [{ x: 2, text: "here" }],
  });
  assert.match(chart, /class="band c1" d="M[^"]+L[^"]+L[^"]+L[^"]+Z"/);
  assert.match(chart, />here</);
});

Deno.test("tables contain means, marks and blanks", () => {
  const { studies: [main] } = smallResults();
  const mious = miouTable(main!);
  assert.deepEqual(mious.head, [
    "",
    "source",
    "noisy",
    "dark",
    "mean",
    "relative to source",
    "seeds",
  ]);
  const row = (rows: string[][], name: string) => rows.find(([first]) => first === name)!;
  // 5 of ten hits are an IoU of a third, 7 are 7/13.
  assert.deepEqual(row(mious.rows, "source").slice(1), ["33.3", "33.3", "33.3", "33.3", "", "2"]);
  assert.equal(row(mious.rows, "ttt-kd")[2], "53.8");
  const gains = gainsTable(main!);
  assert.match(row(gains.rows, "ttt-kd")[2]!, /^\+20\.5 \(\+20\.5 to \+20\.5\) ▲$/);
  assert.match(row(gains.rows, "ttt-kd")[3]!, /^−8\.3 .* ▼ !$/);
  assert.equal(row(gains.rows, "source"), undefined);
  assert.deepEqual(stepZeroTable(main!).rows.map(([name]) => name), [
    "ttt-kd-online",
    "ttt-kd, as in the paper",
    "ttt-kd",
  ]);
});

Deno.test("markdownTable() escapes bars", () => {
  const table = { title: "", note: "", head: ["a", "b"], rows: [["x|y", "z"]] };
  assert.equal(markdownTable(table), "| a | b |\n| --- | --- |\n| x\\|y | z |");
});

Deno.test("claimsOf() decides claims by the figures", () => {
  const claims = claimsOf(smallResults());
  const holds = (text: RegExp) => claims.find(({ claim }) => text.test(claim))?.holds;
  // Noisy gains 20.5 points, dark loses 8.3: a mean of +6.1 on 33.3, 18 % relative.
  assert.equal(holds(/at least 20 %/), false);
  assert.equal(holds(/above every rival/), true);
  assert.equal(holds(/most shifted domains/), false);
  assert.equal(holds(/not below source/), true);
  assert.equal(holds(/No domain is harmed/), false);
  assert.equal(holds(/shuffled/), true);
  assert.equal(holds(/random weights/), false);
  const fused = claimsOf(smallResults(["source", "fusion", "ttt-kd-fusion"]));
  assert.deepEqual(
    fused.filter(({ claim }) => claim.includes("Fused")).map(({ holds, evidence }) => [
      holds,
      evidence,
    ]),
    [[false, "ttt-kd-fusion 33.3, its step 0 33.3"]],
  );
});

Deno.test("htmlReport() is one file that loads nothing", () => {
  const png = Uint8Array.of(1, 2, 3);
  const page = htmlReport(smallResults(), [{ caption: "best & worst", png }]);
  assert.ok(page.startsWith("<!doctype html>"));
  assert.ok(!/<script|<link|@import|url\(/.test(page));
  const sources = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, value]) => value!);
  assert.ok(sources.every((value) => value.startsWith("#") || value.startsWith("data:image/png")));
  assert.ok(page.includes('src="data:image/png;base64,AQID"'));
  assert.ok(page.includes("best &amp; worst"));
  for (const name of ["Methods", "Gradient steps", "Photographs", "Online", "Classes", "Cost"]) {
    assert.ok(page.includes(`${name}</h2>`), name);
  }
  assert.equal(page.match(/<svg/g)!.length, page.match(/<desc>/g)!.length);
  for (const tag of ["div", "table", "tr", "td", "th", "figure", "section", "svg", "g"]) {
    const count = (pattern: string) => page.match(new RegExp(pattern, "g"))?.length ?? 0;
    assert.equal(count(`<${tag}[ >]`), count(`</${tag}>`), tag);
  }
});

Deno.test("markdownReport() contains the command, the claims and every study", () => {
  const text = markdownReport(smallResults());
  assert.match(text, /Made by `deno task eval --benchmark small`/);
  for (const title of ["What was to be shown", "Methods", "Teachers and placebos", "Cost"]) {
    assert.match(text, new RegExp(`^## ${title}`, "m"));
  }
});

Deno.test("reports say on top when they were made, by which commit, and what they found", () => {
  const results = smallResults();
  for (const report of [markdownReport(results), htmlReport(results, [])]) {
    assert.match(report, /2026-11-30, commit 0123456789ab\b/);
    assert.match(
      report,
      /In the mean of 2 shifted domains, .* source only 33\.3 %; .*TTT-KD 39\.4 %/,
    );
    assert.doesNotMatch(report, /smoke run/);
  }
});

Deno.test("reports of fewer than five scenes claim nothing, and say that they are smoke runs", () => {
  const results = smallResults(undefined, { scenes: 4, studyScenes: 4, streamScenes: 2 });
  assert.deepEqual(claimsOf(results), []);
  for (const report of [markdownReport(results), htmlReport(results, [])]) {
    assert.match(report, /smoke run: .*With 4 scenes per domain, fewer than 5, it claims nothing/);
    assert.doesNotMatch(
      report,
      /What was to be shown|[▲▼]|\d to [+−\d]|class="whisker"|class="band/,
    );
  }
});

Deno.test("the best values of a table are set off", () => {
  const { studies: [main] } = smallResults();
  const text = markdownTable(miouTable(main!));
  const bold = [...text.matchAll(/\*\*([\d.]+)\*\*/g)].map(([, value]) => value);
  assert.ok(bold.includes("53.8"), "TTT-KD on noisy");
  assert.ok(!bold.includes("25.0"), "TTT-KD on dark");
  const page = htmlReport(smallResults(), []);
  assert.match(page, /<td class="best">53\.8<\/td>/);
});

Deno.test("notableScenes() returns the scenes of best, median and worst gain in shifted domains", () => {
  const results = smallResults();
  const [best, median, worst] = notableScenes(results);
  assert.deepEqual([best!.rank, best!.domain], ["best", "noisy"]);
  assert.equal(median!.rank, "median");
  assert.deepEqual([worst!.rank, worst!.domain], ["worst", "dark"]);
  assert.match(captionOf(worst!), /33\.3 % by source only, 25\.0 % by TTT-KD \(−8\.3\)/);
  assert.deepEqual(notableScenes({ ...results, domains: {} }), []);
});

Deno.test("both reports name the variants without a student", () => {
  const results = smallResults();
  for (const report of [markdownReport(results), htmlReport(results, [])]) {
    assert.match(
      report,
      /Left out, since no student is available: teachers: ttt-kd, teacher oracle/,
    );
  }
  const whole = { ...results, withoutStudent: [] };
  for (const report of [markdownReport(whole), htmlReport(whole, [])]) {
    assert.doesNotMatch(report, /no student is available/);
  }
});
