/**
 * Lines over a numeric axis, with their intervals as bands: curves over steps, photographs, scans.
 *
 * @module
 */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleLinear, scalePoint } from "d3-scale";
// @ts-types="npm:@types/d3-shape@3.2.0"
import { area as areaShape, line as lineShape } from "d3-shape";
import {
  drawing,
  legend,
  type LegendEntry,
  type PlotArea,
  valueScale,
  verticalAxis,
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
  /** Titles of the axes, with their units. */
  axes: { x: string; y: string };
  lines: readonly (LegendEntry & { points: readonly ChartPoint[] })[];
  /**
   * How x is laid out: `even` puts equal distances between the values that occur, for steps that grow by factors;
   * `linear` is true to scale.
   */
  spread: "even" | "linear";
  /** Vertical marks with their texts. */
  marks?: readonly { x: number; text: string }[];
}

const WIDTH = 640;
const PLOT_HEIGHT = 280;
/** Distance of the first and the last point from the sides of the plot, in pixels. */
const INSET = 18;
/** Lines with more points than this are drawn without dots. */
const MOST_DOTS = 20;

/** Draws a line chart as SVG. */
export function lineChart({ lines, axes, spread, marks = [], ...about }: LineChart): string {
  const area: PlotArea = { left: 56, right: WIDTH - 16, top: 24, bottom: 24 + PLOT_HEIGHT };
  const points = lines.flatMap((line) => line.points);
  const values = valueScale(points.flatMap((p) => [p.value, ...(p.interval ?? [])]), area);
  const horizontal = horizontalScale(points.map(({ x }) => x), spread, area);
  const names = legend(lines, area, area.bottom + 50);
  return drawing(
    WIDTH,
    area.bottom + 50 + names.height,
    about,
    [
      verticalAxis(values, area, axes.y),
      ...horizontal.ticks.map((x) =>
        label(`${x}`, {
          class: "tick",
          x: horizontal.place(x),
          y: area.bottom + 17,
          "text-anchor": "middle",
        })
      ),
      label(axes.x, {
        class: "axis",
        x: (area.left + area.right) / 2,
        y: area.bottom + 36,
        "text-anchor": "middle",
      }),
      ...marks.map((mark) => drawMark(mark, horizontal.place(mark.x), area)),
      ...lines.map((line) => drawLine(line, horizontal.place, values)),
      names.markup,
    ].join(""),
  );
}

/** The horizontal axis: from values to pixels, and the values to write below it. */
interface HorizontalScale {
  place: (x: number) => number;
  ticks: readonly number[];
}

function horizontalScale(
  xs: readonly number[],
  spread: LineChart["spread"],
  { left, right }: PlotArea,
): HorizontalScale {
  const occurring = [...new Set(xs)].sort((a, b) => a - b);
  const range = [left + INSET, right - INSET] as const;
  if (spread === "even") {
    const scale = scalePoint<number>().domain(occurring).range(range);
    return { place: (x) => scale(x)!, ticks: occurring };
  }
  const scale = scaleLinear().domain([occurring[0] ?? 0, occurring.at(-1) ?? 1]).range(range);
  return { place: scale, ticks: scale.ticks(6) };
}

function drawLine(
  { points, colour }: LineChart["lines"][number],
  place: (x: number) => number,
  y: (value: number) => number,
): string {
  const band = areaShape<ChartPoint>()
    .x((p) => place(p.x))
    .y0((p) => y(p.interval![0]))
    .y1((p) => y(p.interval![1]))
    .digits(1);
  const curve = lineShape<ChartPoint>().x((p) => place(p.x)).y((p) => y(p.value)).digits(1);
  const banded = points.filter(({ interval }) => interval);
  const dots = points.length > MOST_DOTS ? [] : points.map((p) =>
    element(
      "circle",
      { class: `fill c${colour}`, cx: place(p.x), cy: y(p.value), r: 3.5 },
      element("title", {}, `${p.x}: ${p.value.toFixed(1)}`),
    )
  );
  return [
    banded.length > 1 ? element("path", { class: `band c${colour}`, d: band(banded)! }) : "",
    points.length > 1 ? element("path", { class: `line c${colour}`, d: curve(points)! }) : "",
    ...dots,
  ].join("");
}

function drawMark(
  { text }: { text: string },
  x: number,
  { top, bottom }: PlotArea,
): string {
  return element("line", { class: "mark", x1: x, x2: x, y1: top - 6, y2: bottom }) +
    label(text, { class: "tick", x: x + 5, y: top - 8 });
}
