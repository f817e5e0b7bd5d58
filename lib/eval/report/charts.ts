/**
 * The charts of each study.
 *
 * @module
 */
import { METHODS } from "../../ttt/methods/mod.ts";
import type { Results, StudyResult } from "../results/results.ts";
import { barChart } from "./bar_chart.ts";
import { type ChartPoint, lineChart } from "./line_chart.ts";
import { percent } from "../../terminal/format.ts";
import { LEAST_SCENES } from "./numbers.ts";

const MIOU = "mIoU in %";
/** A method keeps its colour whatever methods stand beside it. */
const METHOD_ORDER = [...METHODS.keys()];
/** Numbers of the colours of domains and of variants in line charts. */
const DOMAIN_COLOURS = [2, 11, 3, 9, 15, 5];
const VARIANT_COLOURS = [0, 2, 11, 3, 9, 15];
/** The interval in percent; null where there are too few scenes for one. */
function intervalOf(ci95: readonly [number, number], scenes: number) {
  return scenes < LEAST_SCENES ? null : [100 * ci95[0], 100 * ci95[1]] as const;
}

/** The point of a variant in a line chart. */
function pointOf(
  x: number,
  miou: number,
  ci95: readonly [number, number],
  scenes: number,
): ChartPoint {
  const interval = intervalOf(ci95, scenes);
  return { x, value: 100 * miou, ...(interval ? { interval } : {}) };
}

/** The charts of a study, as SVG. */
export function studyCharts(study: StudyResult, results: Results): string[] {
  switch (study.name) {
    case "steps":
      return [stepsChart(study, results)];
    case "images":
      return [imagesChart(study, results)];
    case "online":
      return Object.keys(study.domains).map((name) => onlineChart(study, name));
    default:
      return [domainBars(study)];
  }
}

/** Bars: mIoU by domain with its interval. */
function domainBars(study: StudyResult): string {
  // In the main study, a step 0 that is no method of its own appears only in the tables.
  const variants = study.variants.filter(({ id, method }) =>
    (study.name !== "main" || id === method) &&
    Object.values(study.domains).some((all) => all[id])
  );
  return barChart({
    title: `${study.title}: mIoU by domain`,
    description: Object.entries(study.domains).map(([domain, all]) =>
      `${domain}: ${
        variants.filter(({ id }) => all[id])
          .map(({ id, label }) => `${label} ${percent(all[id]!.miou)}`).join(", ")
      }`
    ).join(". "),
    axis: MIOU,
    series: variants.map(({ label, method }, i) => ({
      name: label,
      colour: study.name === "main" ? METHOD_ORDER.indexOf(method) : i,
    })),
    groups: Object.entries(study.domains).map(([name, all]) => ({
      name,
      bars: variants.map(({ id }) => {
        const result = all[id];
        if (!result) return null;
        const { miou, ci95, perScene } = result;
        return { value: 100 * miou, interval: intervalOf(ci95, perScene.length) };
      }),
    })),
  });
}

function stepsChart(study: StudyResult, results: Results): string {
  const lines = Object.entries(study.domains).map(([domain, all], i) => ({
    name: domain,
    colour: DOMAIN_COLOURS[i % DOMAIN_COLOURS.length]!,
    points: Object.values(all).flatMap(({ curve = [], perScene }) =>
      curve.map(({ step, miou, ci95 }) => pointOf(step, miou, ci95, perScene.length))
    ),
  }));
  return lineChart({
    title: `${results.benchmark}: mIoU by gradient steps`,
    description: describe(lines, "steps"),
    axes: { x: "gradient steps", y: MIOU },
    lines,
    spread: "even",
  });
}

function imagesChart(study: StudyResult, results: Results): string {
  const lines = Object.entries(study.domains).map(([domain, all], i) => ({
    name: domain,
    colour: DOMAIN_COLOURS[i % DOMAIN_COLOURS.length]!,
    points: [
      ...stepZeroPoint(study, all),
      ...study.variants.flatMap(({ id, position }): ChartPoint[] => {
        const result = all[id];
        if (position === null || !result) return [];
        return [pointOf(position, result.miou, result.ci95, result.perScene.length)];
      }),
    ],
  }));
  return lineChart({
    title: `${results.benchmark}: mIoU by photographs`,
    description: describe(lines, "photographs"),
    axes: { x: "photographs of a scene (0: its own batch statistics alone)", y: MIOU },
    lines,
    spread: "even",
  });
}

/** The point without photographs: the student with batch statistics, which takes no step. */
function stepZeroPoint(study: StudyResult, all: StudyResult["domains"][string]): ChartPoint[] {
  const id = study.variants.find(({ stepZero }) => stepZero !== null)?.stepZero;
  const result = id ? all[id] : undefined;
  return result ? [pointOf(0, result.miou, result.ci95, result.perScene.length)] : [];
}

function onlineChart(study: StudyResult, sequence: string): string {
  const all = study.domains[sequence]!;
  let window = 1;
  const lines = study.variants.flatMap(({ id, label }, i) => {
    const result = all[id];
    if (!result?.running) return [];
    window = result.perScene.length - result.running.length + 1;
    return [{
      name: label,
      colour: VARIANT_COLOURS[i % VARIANT_COLOURS.length]!,
      points: result.running.map((miou, i): ChartPoint => ({ x: i + window, value: 100 * miou })),
    }];
  });
  return lineChart({
    title: `Online over ${sequence}`,
    description: describe(lines, "scans"),
    axes: { x: window === 1 ? "scans" : `scans (each point: the last ${window})`, y: MIOU },
    lines,
    spread: "linear",
    marks: study.changes[sequence]!.map((x) => ({ x, text: "the domain changes" })),
  });
}

/** The ends of each line, for screen readers. */
function describe(
  lines: readonly { name: string; points: readonly ChartPoint[] }[],
  unit: string,
): string {
  return lines.map(({ name, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return first && last
      ? `${name}: ${first.value.toFixed(1)} at ${first.x} ${unit}, ${
        last.value.toFixed(1)
      } at ${last.x}`
      : name;
  }).join(". ");
}
