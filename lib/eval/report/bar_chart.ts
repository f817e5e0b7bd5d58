/**
 * Bars in groups, with error bars: mIoU of methods, domain by domain.
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

/** One bar. */
export interface BarValue {
  value: number;
  interval: readonly [low: number, high: number];
}

/** What is drawn. */
export interface BarChart {
  title: string;
  description: string;
  /** What the upright axis measures, unit included. */
  axis: string;
  /** Names of the bars of every group. */
  series: readonly LegendEntry[];
  /** Null where a group lacks a bar. */
  groups: readonly { name: string; bars: readonly (BarValue | null)[] }[];
}

const WIDTH = 960;
const PLOT = 300;

/** Draws a chart. */
export function barChart({ title, description, axis, series, groups }: BarChart): string {
  const frame: PlotArea = { left: 56, right: WIDTH - 8, top: 12, bottom: 12 + PLOT };
  const values = groups.flatMap(({ bars }) => bars.flatMap((bar) => bar ? [bar.interval[1]] : []));
  const scale = scaleOf(values, true);
  const slot = (frame.right - frame.left) / Math.max(groups.length, 1);
  const barWidth = Math.min(28, 0.84 * slot / Math.max(series.length, 1));
  const drawn = groups.map(({ name, bars }, g) => {
    const middle = frame.left + (g + 0.5) * slot;
    const start = middle - barWidth * series.length / 2;
    return bars.map((bar, s) => bar ? drawBar(bar, s, start + s * barWidth) : "").join("") +
      label(name, {
        class: "tick strong",
        x: middle,
        y: frame.bottom + 18,
        "text-anchor": "middle",
      });
  });
  const names = legend(series, frame, frame.bottom + 34);
  return drawing(
    WIDTH,
    frame.bottom + 34 + names.height,
    { title, description },
    uprightAxis(scale, frame, axis) + drawn.join("") + names.markup,
  );

  function drawBar({ value, interval }: BarValue, index: number, x: number): string {
    const y = height(scale, frame, value);
    const [low, high] = interval.map((end) => height(scale, frame, end)) as [number, number];
    const centre = x + barWidth / 2;
    return element(
      "g",
      {},
      element(
        "title",
        {},
        `${value.toFixed(1)} (${interval.map((v) => v.toFixed(1)).join(" to ")})`,
      ),
      element("rect", {
        class: `fill c${series[index]!.colour}`,
        x: x + 0.5,
        y,
        width: barWidth - 1,
        height: Math.max(0, frame.bottom - y),
      }),
      element("path", {
        class: "whisker",
        d: `M${centre - 3} ${high}h6m-3 0V${low}m-3 0h6`,
      }),
    );
  }
}
