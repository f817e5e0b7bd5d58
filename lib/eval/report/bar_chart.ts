/**
 * Bars in groups, with error bars: mIoU of methods, domain by domain.
 *
 * @module
 */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { scaleBand } from "d3-scale";
import {
  drawing,
  legend,
  type LegendEntry,
  type PlotArea,
  valueScale,
  verticalAxis,
} from "./axis.ts";
import { element, label } from "./markup.ts";

/** The value of a bar, with its interval where it has one. */
export interface BarValue {
  value: number;
  interval: readonly [low: number, high: number] | null;
}

/** What is drawn. */
export interface BarChart {
  title: string;
  description: string;
  /** Title of the vertical axis, with its unit. */
  axis: string;
  /** The bars of every group, in order. */
  series: readonly LegendEntry[];
  /** One bar per series; null where a group lacks it. */
  groups: readonly { name: string; bars: readonly (BarValue | null)[] }[];
}

const WIDTH = 960;
const PLOT_HEIGHT = 300;
const WIDEST_BAR = 28;

/** Draws a bar chart as SVG. */
export function barChart({ title, description, axis, series, groups }: BarChart): string {
  const area: PlotArea = { left: 56, right: WIDTH - 8, top: 12, bottom: 12 + PLOT_HEIGHT };
  const tops = groups.flatMap(({ bars }) =>
    bars.flatMap((bar) => bar ? [bar.interval?.[1] ?? bar.value] : [])
  );
  const values = valueScale(tops, area, { zero: true });
  const places = scaleBand<number>().domain(groups.keys()).range([area.left, area.right])
    .paddingInner(0.16).paddingOuter(0.08);
  const width = Math.min(places.bandwidth(), WIDEST_BAR * series.length);
  const bars = scaleBand<number>().domain(series.keys()).range([-width / 2, width / 2]);

  const drawn = groups.map((group, g) => {
    const middle = places(g)! + places.bandwidth() / 2;
    const name = label(group.name, {
      class: "tick strong",
      x: middle,
      y: area.bottom + 18,
      "text-anchor": "middle",
    });
    return group.bars.map((bar, s) => bar ? drawBar(bar, s, middle + bars(s)!) : "").join("") +
      name;
  });
  const names = legend(series, area, area.bottom + 34);
  return drawing(
    WIDTH,
    area.bottom + 34 + names.height,
    { title, description },
    verticalAxis(values, area, axis) + drawn.join("") + names.markup,
  );

  function drawBar({ value, interval }: BarValue, index: number, x: number): string {
    const written = interval ? ` (${interval.map((v) => v.toFixed(1)).join(" to ")})` : "";
    return element(
      "g",
      {},
      element("title", {}, `${value.toFixed(1)}${written}`),
      element("rect", {
        class: `fill c${series[index]!.colour}`,
        x: x + 0.5,
        y: values(value),
        width: bars.bandwidth() - 1,
        height: Math.max(0, area.bottom - values(value)),
      }),
      ...interval ? whiskers(interval, x + bars.bandwidth() / 2) : [],
    );
  }

  function whiskers(interval: readonly [number, number], centre: number): string[] {
    const [low, high] = [values(interval[0]), values(interval[1])];
    const line = (x1: number, y1: number, x2: number, y2: number) =>
      element("line", { class: "whisker", x1, y1, x2, y2 });
    return [
      line(centre, low, centre, high),
      ...[low, high].map((y) => line(centre - 3, y, centre + 3, y)),
    ];
  }
}
