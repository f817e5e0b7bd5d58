/**
 * Lines over an axis of numbers, with their intervals as bands: curves over steps, photographs, scans.
 *
 * @module
 */
import {
  drawing,
  height,
  legend,
  type LegendEntry,
  type PlotArea,
  scaleOf,
  uprightAxis,
} from "./axis.ts";
import { element, label } from "./markup.ts";

/** A point of a line. */
export interface ChartPoint {
  x: number;
  value: number;
  interval?: readonly [low: number, high: number];
}

/** What is drawn. */
export interface LineChart {
  title: string;
  description: string;
  /** What the axes measure, units included. */
  axes: { x: string; y: string };
  lines: readonly (LegendEntry & { points: readonly ChartPoint[] })[];
  /**
   * How x is laid out: `even` gives every value that occurs the same room, for steps that grow by factors;
   * `linear` is true to scale.
   */
  spread: "even" | "linear";
  /** Upright marks with their texts. */
  marks?: readonly { x: number; text: string }[];
}

const WIDTH = 640;
const PLOT = 280;
const TICKS = 6;

/** Draws a chart. */
export function lineChart(chart: LineChart): string {
  const { lines, axes, marks = [] } = chart;
  const frame: PlotArea = { left: 56, right: WIDTH - 16, top: 24, bottom: 24 + PLOT };
  const points = lines.flatMap((line) => line.points);
  const scale = scaleOf(points.flatMap((p) => [p.value, ...(p.interval ?? [])]), false);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const place = placing(chart.spread, xs, frame);
  const y = (value: number) => height(scale, frame, value);
  const at = (x: number, value: number) => `${place(x).toFixed(1)} ${y(value).toFixed(1)}`;
  const drawn = lines.map(({ points, colour }) => {
    const banded = points.filter(({ interval }) => interval);
    const band = [
      ...banded.map((p) => at(p.x, p.interval![1])),
      ...banded.toReversed().map((p) => at(p.x, p.interval![0])),
    ];
    const dots = points.length > 20 ? [] : points.map((p) =>
      element(
        "circle",
        { class: `fill c${colour}`, cx: place(p.x), cy: y(p.value), r: 3.5 },
        element("title", {}, `${p.x}: ${p.value.toFixed(1)}`),
      )
    );
    return [
      band.length > 2
        ? element("path", { class: `band c${colour}`, d: `M${band.join("L")}Z` })
        : "",
      points.length > 1
        ? element("path", {
          class: `line c${colour}`,
          d: `M${points.map((p) => at(p.x, p.value)).join("L")}`,
        })
        : "",
      ...dots,
    ].join("");
  });
  const names = legend(lines, frame, frame.bottom + 50);
  const shown = chart.spread === "even"
    ? xs
    : scaleOf([xs[0] ?? 0, xs.at(-1) ?? 1], false).ticks.filter((x) =>
      x >= xs[0]! && x <= xs.at(-1)!
    ).slice(0, 2 * TICKS);
  return drawing(
    WIDTH,
    frame.bottom + 50 + names.height,
    chart,
    [
      uprightAxis(scale, frame, axes.y),
      ...shown.map((x) =>
        label(`${x}`, {
          class: "tick",
          x: place(x),
          y: frame.bottom + 17,
          "text-anchor": "middle",
        })
      ),
      label(axes.x, {
        class: "axis",
        x: (frame.left + frame.right) / 2,
        y: frame.bottom + 36,
        "text-anchor": "middle",
      }),
      ...marks.map(({ x, text }) =>
        element("line", {
          class: "mark",
          x1: place(x),
          x2: place(x),
          y1: frame.top - 6,
          y2: frame.bottom,
        }) + label(text, { class: "tick", x: place(x) + 5, y: frame.top - 8 })
      ),
      ...drawn,
      names.markup,
    ].join(""),
  );
}

function placing(
  spread: LineChart["spread"],
  xs: readonly number[],
  { left, right }: PlotArea,
): (x: number) => number {
  const inner = 18;
  const room = right - left - 2 * inner;
  if (spread === "even") {
    return (x) => left + inner + room * (xs.length > 1 ? xs.indexOf(x) / (xs.length - 1) : 0.5);
  }
  const [low, high] = [xs[0] ?? 0, xs.at(-1) ?? 1];
  return (x) => left + inner + room * (high > low ? (x - low) / (high - low) : 0.5);
}
