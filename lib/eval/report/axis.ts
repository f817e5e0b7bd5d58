/**
 * The frame of a chart: its plot area, the vertical axis with its grid, the legend, and the SVG element around it.
 *
 * @module
 */
// @ts-types="npm:@types/d3-scale@4.0.9"
import { type ScaleLinear, scaleLinear } from "d3-scale";
import { escape } from "@std/html/entities";
import { element, label } from "./markup.ts";

/** The part of a drawing in which values are drawn, in pixels. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Ticks that an axis aims for; the scale chooses round numbers near that many. */
const TICKS = 5;

/**
 * The vertical scale of a chart: holds all finite values and ends on round numbers.
 *
 * @param options `zero` makes the scale include 0.
 */
export function valueScale(
  values: readonly number[],
  { top, bottom }: PlotArea,
  { zero = false } = {},
): ScaleLinear<number, number> {
  const held = [...values.filter(Number.isFinite), ...(zero ? [0] : [])];
  const [low, high] = [Math.min(...held), Math.max(...held)];
  const domain = high > low ? [low, high] : held.length > 0 ? [low - 1, low + 1] : [0, 1];
  return scaleLinear().domain(domain).nice(TICKS).range([bottom, top]);
}

/** The vertical axis with its grid lines and its title. */
export function verticalAxis(
  scale: ScaleLinear<number, number>,
  { left, right, top, bottom }: PlotArea,
  title: string,
): string {
  const write = scale.tickFormat(TICKS);
  return [
    ...scale.ticks(TICKS).map((tick) => {
      const y = scale(tick);
      return element("line", {
        class: tick === 0 ? "zero" : "grid",
        x1: left,
        x2: right,
        y1: y,
        y2: y,
      }) + label(write(tick), { class: "tick", x: left - 6, y: y + 4, "text-anchor": "end" });
    }),
    label(title, {
      class: "axis",
      "text-anchor": "middle",
      transform: `translate(${left - 36} ${(top + bottom) / 2}) rotate(-90)`,
    }),
  ].join("");
}

/** A name with the number of its colour: the classes `c0`, `c1`, … of the page's style sheet. */
export interface LegendEntry {
  name: string;
  colour: number;
}

/** Names in rows below a drawing, each behind a patch of its colour. Returns markup and its height. */
export function legend(
  names: readonly LegendEntry[],
  area: PlotArea,
  top: number,
): { markup: string; height: number } {
  const rowHeight = 20;
  let x = area.left;
  let row = 0;
  const entries = names.map(({ name, colour }) => {
    const width = 36 + 6.8 * name.length;
    if (x > area.left && x + width > area.right) {
      x = area.left;
      row++;
    }
    const y = top + row * rowHeight;
    const markup =
      element("rect", { class: `fill c${colour}`, x, y, width: 12, height: 12, rx: 2 }) +
      label(name, { class: "tick", x: x + 17, y: y + 10.5 });
    x += width;
    return markup;
  });
  return { markup: entries.join(""), height: (row + 1) * rowHeight };
}

/** A drawing with the title and description that screen readers read. */
export function drawing(
  width: number,
  height: number,
  { title, description }: { title: string; description: string },
  markup: string,
): string {
  return element(
    "svg",
    {
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      role: "img",
      "aria-label": title,
      xmlns: "http://www.w3.org/2000/svg",
    },
    element("title", {}, escape(title)),
    element("desc", {}, escape(description)),
    markup,
  );
}
