/**
 * Axes of charts: from values to pixels, and which values to write at the side.
 *
 * @module
 */
import { element, label } from "./markup.ts";

/** The part of a drawing in which values stand, in pixels. */
export interface PlotArea {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Values of the upright axis. */
export interface Scale {
  low: number;
  high: number;
  ticks: number[];
}

/** A scale that holds all values and ends on round numbers; with `zero` it starts there. */
export function scaleOf(values: readonly number[], zero: boolean): Scale {
  const finite = values.filter(Number.isFinite);
  const high = Math.max(...finite, zero ? 0 : -Infinity);
  const low = Math.min(...finite, zero ? 0 : Infinity);
  if (!(high > low)) return { low: low - 1, high: low + 1, ticks: [low - 1, low, low + 1] };
  const step = roundStep((high - low) / 5);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from(
    { length: last - first + 1 },
    (_, i) => Number(((first + i) * step).toPrecision(12)),
  );
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks };
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return [1, 2, 5, 10].map((digit) => digit * power).find((round) => round >= step * (1 - 1e-9))!;
}

/** Where a value stands, from the bottom up. */
export function height({ low, high }: Scale, { top, bottom }: PlotArea, value: number): number {
  return bottom - (value - low) / (high - low) * (bottom - top);
}

/** The upright axis with its lines across, and what it measures. */
export function uprightAxis(scale: Scale, frame: PlotArea, title: string): string {
  const middle = (frame.top + frame.bottom) / 2;
  return [
    ...scale.ticks.map((tick) => {
      const y = height(scale, frame, tick);
      return element("line", {
        class: tick === 0 ? "zero" : "grid",
        x1: frame.left,
        x2: frame.right,
        y1: y,
        y2: y,
      }) + label(`${tick}`, { class: "tick", x: frame.left - 6, y: y + 4, "text-anchor": "end" });
    }),
    label(title, {
      class: "axis",
      "text-anchor": "middle",
      transform: `translate(${frame.left - 36} ${middle}) rotate(-90)`,
    }),
  ].join("");
}

/** A name with the number of its colour: the classes c0, c1, … of the page's style. */
export interface LegendEntry {
  name: string;
  colour: number;
}

/** Names in rows under a drawing, each behind a patch of its colour. Returns markup and its height. */
export function legend(
  names: readonly LegendEntry[],
  frame: PlotArea,
  top: number,
): { markup: string; height: number } {
  const rowHeight = 20;
  let x = frame.left;
  let row = 0;
  const entries = names.map(({ name, colour }) => {
    const width = 36 + 6.3 * name.length;
    if (x > frame.left && x + width > frame.right) {
      x = frame.left;
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
  size: number,
  { title, description }: { title: string; description: string },
  markup: string,
): string {
  return element(
    "svg",
    {
      viewBox: `0 0 ${width} ${Math.ceil(size)}`,
      role: "img",
      "aria-label": title,
      xmlns: "http://www.w3.org/2000/svg",
    },
    element("title", {}, title.replace(/[&<>]/g, "")),
    element("desc", {}, description.replace(/[&<>]/g, "")),
    markup,
  );
}
