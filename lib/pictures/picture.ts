/**
 * Pictures of a labelled scan: the same points side by side, coloured in different ways, with a legend.
 *
 * The view is orthographic, obliquely from above, with z up. Where a dense layer covers the scan at the top, as a
 * ceiling does, the upper fifth is cut away to show the inside of the room.
 *
 * @module
 */
import { CHARACTER_HEIGHT, CHARACTER_WIDTH, drawText } from "./font.ts";

type Rgb = readonly [number, number, number];

/** A colouring of the points. */
export interface Panel {
  title: string;
  /** [N][3] red, green, blue, 0 to 255. */
  colors: Uint8Array;
}

/** An image; 3 bytes per pixel, rows from the top. */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

const PANEL_WIDTH = 520;
const PANEL_HEIGHT = 460;
const MARGIN = 16;
const SCALE = 3;
const LINE = CHARACTER_HEIGHT * SCALE + 9;
const AZIMUTH = 0.6;
const ELEVATION = 0.95;
const INK: Rgb = [40, 40, 40];
const UNLABELLED: Rgb = [225, 225, 225];

/**
 * [N][3] colours of labels; a label that is no class is light grey.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { labelColors } from "./picture.ts";
 *
 * const [red, blue] = [[255, 0, 0], [0, 0, 255]] as const;
 * assert.deepEqual([...labelColors([1, 255], [red, blue])], [...blue, 225, 225, 225]);
 * ```
 */
export function labelColors(labels: ArrayLike<number>, palette: readonly Rgb[]): Uint8Array {
  const colors = new Uint8Array(3 * labels.length);
  for (let i = 0; i < labels.length; i++) colors.set(palette[labels[i]!] ?? UNLABELLED, 3 * i);
  return colors;
}

/**
 * Draws a scan once per labelling, side by side, above a legend of the classes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawLabelPanels } from "./picture.ts";
 *
 * const positions = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0);
 * const student = { classes: ["wall", "door"], palette: [[90, 90, 90], [200, 90, 0]] as const };
 * const picture = drawLabelPanels(positions, [
 *   { title: "truth", labels: [0, 0, 1] },
 *   { title: "predicted", labels: [0, 1, 1] },
 * ], student);
 * assert.equal(picture.pixels.length, 3 * picture.width * picture.height);
 * ```
 *
 * @param positions [N][3], z up.
 * @param student its classes with their colours.
 * @throws {TypeError} where a panel has another number of labels than there are points.
 */
export function drawLabelPanels(
  positions: Float32Array,
  panels: readonly { title: string; labels: ArrayLike<number> }[],
  { classes, palette }: { classes: readonly string[]; palette: readonly Rgb[] },
): Picture {
  return drawPanels(
    positions,
    panels.map(({ title, labels }) => ({ title, colors: labelColors(labels, palette) })),
    classes.map((name, index) => ({ name, color: palette[index]! })),
  );
}

/**
 * Draws the panels side by side above a legend.
 *
 * @param positions [N][3], z up.
 * @throws {TypeError} where a panel has another number of colours than there are points.
 */
export function drawPanels(
  positions: Float32Array,
  panels: readonly Panel[],
  legend: readonly { name: string; color: Rgb }[],
): Picture {
  const count = positions.length / 3;
  const width = panels.length * PANEL_WIDTH + (panels.length + 1) * MARGIN;
  const rows = legendRows(legend, width - 2 * MARGIN);
  const height = 3 * MARGIN + LINE + PANEL_HEIGHT + rows.length * LINE;
  const picture = { width, height, pixels: new Uint8Array(3 * width * height).fill(255) };
  const points = project(positions);
  for (const [index, panel] of panels.entries()) {
    if (panel.colors.length !== 3 * count) {
      throw new TypeError(
        `Cannot draw "${panel.title}": ${panel.colors.length / 3} colours for ${count} points`,
      );
    }
    const left = MARGIN + index * (PANEL_WIDTH + MARGIN);
    write(picture, panel.title, left, MARGIN);
    splat(picture, points, panel.colors, left, MARGIN + LINE);
  }
  for (const [row, entries] of rows.entries()) {
    const top = 2 * MARGIN + LINE + PANEL_HEIGHT + row * LINE;
    for (const { name, color, left } of entries) {
      fill(picture, MARGIN + left, top, CHARACTER_HEIGHT * SCALE, color);
      write(picture, name, MARGIN + left + LINE, top);
    }
  }
  return picture;
}

/** Points projected into a panel. */
interface Projection {
  /** Pixels from the left edge of the panel. */
  x: Float32Array;
  /** Pixels from the top edge of the panel. */
  y: Float32Array;
  /** Indices of the points that are shown, farthest first. */
  order: Uint32Array;
  /** Half the edge of a drawn point, in pixels. */
  radius: number;
}

function project(positions: Float32Array): Projection {
  const count = positions.length / 3;
  const heights = Float32Array.from({ length: count }, (_, i) => positions[3 * i + 2]!);
  const cut = cutHeight(heights);
  const shown = Uint32Array.from(heights.keys()).filter((i) => heights[i]! <= cut);
  const [cosA, sinA] = [Math.cos(AZIMUTH), Math.sin(AZIMUTH)];
  const [cosE, sinE] = [Math.cos(ELEVATION), Math.sin(ELEVATION)];
  const x = new Float32Array(count);
  const y = new Float32Array(count);
  const depth = new Float32Array(count);
  for (const i of shown) {
    const [px, py, pz] = [positions[3 * i]!, positions[3 * i + 1]!, positions[3 * i + 2]!];
    const forward = px * sinA + py * cosA;
    x[i] = px * cosA - py * sinA;
    y[i] = -(forward * sinE + pz * cosE);
    depth[i] = forward * cosE - pz * sinE;
  }
  const [left, right] = bounds(shown, x);
  const [top, bottom] = bounds(shown, y);
  const scale = Math.min(
    PANEL_WIDTH / Math.max(right - left, 1e-6),
    PANEL_HEIGHT / Math.max(bottom - top, 1e-6),
  );
  for (const i of shown) {
    x[i] = (x[i]! - (left + right) / 2) * scale + PANEL_WIDTH / 2;
    y[i] = (y[i]! - (top + bottom) / 2) * scale + PANEL_HEIGHT / 2;
  }
  const radius = Math.sqrt(PANEL_WIDTH * PANEL_HEIGHT / Math.max(shown.length, 1)) / 3;
  return {
    x,
    y,
    order: shown.sort((a, b) => depth[b]! - depth[a]! || a - b),
    radius: Math.round(Math.min(Math.max(radius, 1), 4)),
  };
}

/**
 * The height above which points are cut away: 80 % of the scan's height where more than a twelfth of the points
 * lie in its top tenth, else infinity.
 */
function cutHeight(heights: Float32Array): number {
  const sorted = heights.slice().sort();
  const low = sorted[Math.floor(0.01 * (sorted.length - 1))]!;
  const high = sorted[Math.floor(0.99 * (sorted.length - 1))]!;
  const inTop = sorted.length - sorted.findIndex((z) => z >= low + 0.9 * (high - low));
  const closed = high > low && inTop > sorted.length / 12;
  return closed ? low + 0.8 * (high - low) : Infinity;
}

function bounds(indices: Uint32Array, values: Float32Array): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const i of indices) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  return [low, high];
}

function splat(
  picture: Picture,
  points: Projection,
  colors: Uint8Array,
  left: number,
  top: number,
): void {
  const { radius } = points;
  for (const i of points.order) {
    const color: Rgb = [colors[3 * i]!, colors[3 * i + 1]!, colors[3 * i + 2]!];
    const x = Math.min(Math.max(Math.round(points.x[i]!), radius), PANEL_WIDTH - 1 - radius);
    const y = Math.min(Math.max(Math.round(points.y[i]!), radius), PANEL_HEIGHT - 1 - radius);
    fill(picture, left + x - radius, top + y - radius, 2 * radius + 1, color);
  }
}

function fill(picture: Picture, left: number, top: number, edge: number, color: Rgb): void {
  for (let y = top; y < top + edge; y++) {
    for (let x = left; x < left + edge; x++) picture.pixels.set(color, 3 * (y * picture.width + x));
  }
}

function write(picture: Picture, text: string, left: number, top: number): void {
  drawText(text, SCALE, (x, y) => {
    if (left + x >= picture.width) return;
    picture.pixels.set(INK, 3 * ((top + y) * picture.width + left + x));
  });
}

/** Breaks a legend into rows, and gives each entry its left edge. */
function legendRows<T extends { name: string }>(
  legend: readonly T[],
  width: number,
): (T & { left: number })[][] {
  const rows: (T & { left: number })[][] = [];
  let left = Infinity;
  for (const entry of legend) {
    const needed = LINE + (entry.name.length + 2) * CHARACTER_WIDTH * SCALE;
    if (left + needed > width) {
      rows.push([]);
      left = 0;
    }
    rows.at(-1)!.push({ ...entry, left });
    left += needed;
  }
  return rows;
}
