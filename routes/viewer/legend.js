/**
 * The legend: what the colours mean, and how many points of the scan have them.
 *
 * @module
 */
import { css, numberColor, ramp, UNKNOWN } from "./colors.js";

/** Most changes that are listed. */
const MOST_CHANGES = 8;
const RAMP_STEPS = 22;
/** What tables of classes are about, where it is not the adapted labels alone. @type {Record<string, string>} */
const CLASS_TITLES = { source: "Source model", beside: "Source model beside adapted" };
/** The same after corrections. @type {Record<string, string>} */
const CORRECTED_TITLES = {
  source: "Before",
  beside: "Before beside corrected",
  adapted: "Corrected",
};

/**
 * @typedef {object} LegendInput
 * @property {import("./cloud.js").Points} points
 * @property {import("./cloud.js").Cloud | null} cloud null until the points are labelled
 * @property {{low: number, high: number}} heights
 * @property {readonly string[]} classes
 * @property {readonly import("./colors.js").Rgb[]} palette
 * @property {import("./points.js").Mode} mode
 * @property {import("./colors.js").Rgb} unchanged
 * @property {ReadonlySet<number>} hidden
 * @property {(label: number, shown: boolean) => void} onToggle
 */

/**
 * Returns the contents of the legend.
 *
 * @param {LegendInput} input
 * @returns {Node[]}
 */
export function legendOf(input) {
  const { mode, points, cloud, heights } = input;
  if (mode === "scan") return [title("Colours of the scan")];
  if (mode === "intensity") return [title("Intensity of the scan")];
  if (mode === "original") return originalLegend(points);
  if (mode === "height") {
    const { low, high } = heights;
    const ends = [low, (low + high) / 2, high].map((height) => height.toFixed(2));
    return [title("Height, in the units of the scan"), ...rampBar(ends)];
  }
  if (!cloud) return [];
  const labelled = { ...input, cloud };
  if (mode === "confidence") return confidenceLegend(cloud);
  if (mode === "changed") return changeLegend(labelled);
  if (mode === "objects") return objectLegend(labelled);
  const titles = cloud.isCorrected ? CORRECTED_TITLES : CLASS_TITLES;
  return [title(titles[mode] ?? "Adapted"), classTable(labelled)];
}

/** @param {import("./cloud.js").Points} points */
function originalLegend({ original, count }) {
  /** @type {Map<number, number>} */
  const counts = new Map();
  for (const label of original ?? []) counts.set(label, (counts.get(label) ?? 0) + 1);
  const table = document.createElement("table");
  for (const [label, points] of [...counts].sort(([a], [b]) => a - b)) {
    const name = document.createElement("span");
    name.className = "arrow";
    name.append(swatch(numberColor(label)), label === 255 ? "others" : `label ${label}`);
    table.insertRow().append(...[name, percent(points / count)].map(cell));
  }
  return [title("Labels that the scan came with"), table];
}

/** @typedef {LegendInput & {cloud: import("./cloud.js").Cloud}} LabelledInput */

/** @param {LabelledInput} input */
function classTable({ cloud, classes, palette, mode, hidden, onToggle }) {
  const before = sums(cloud, (from) => from);
  const after = sums(cloud, (_, to) => to);
  const counts = mode === "source" ? before : after;
  const table = document.createElement("table");
  counts.forEach((count, label) => {
    if (before[label] === 0 && after[label] === 0) return;
    const shown = document.createElement("input");
    shown.type = "checkbox";
    shown.checked = !hidden.has(label);
    shown.addEventListener("change", () => onToggle(label, shown.checked));
    const name = document.createElement("label");
    name.append(shown, swatch(palette[label] ?? UNKNOWN), classes[label] ?? `class ${label}`);
    const cells = [name, whole(count), percent(count / cloud.scanPoints)];
    const change = (after[label] - before[label]) / cloud.scanPoints;
    if (mode !== "source") cells.push(Math.abs(change) < 5e-4 ? "" : signed(change));
    table.insertRow().append(...cells.map(cell));
  });
  return table;
}

/** @param {LabelledInput} input */
function changeLegend({ cloud, classes, palette, unchanged }) {
  const { classes: k, became, scanPoints } = cloud;
  const changes = [...became.entries()]
    .map(([i, count]) => ({ from: Math.floor(i / k), to: i % k, count }))
    .filter(({ from, to, count }) => from !== to && count > 0)
    .sort((a, b) => b.count - a.count);
  const total = changes.reduce((sum, { count }) => sum + count, 0);
  const table = document.createElement("table");
  for (const { from, to, count } of changes.slice(0, MOST_CHANGES)) {
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    const name = (/** @type {number} */ label) => classes[label] ?? `class ${label}`;
    arrow.append(swatch(palette[to] ?? UNKNOWN), `${name(from)} → ${name(to)}`);
    const cells = [arrow, whole(count), percent(count / scanPoints)];
    table.insertRow().append(...cells.map(cell));
  }
  const same = document.createElement("span");
  same.className = "arrow";
  same.append(swatch(unchanged), "unchanged");
  const rest = [same, whole(scanPoints - total), percent(1 - total / scanPoints)];
  table.insertRow().append(...rest.map(cell));
  const more = changes.length - MOST_CHANGES;
  return [
    title(`Changed: ${percent(total / scanPoints)} of the points`),
    table,
    ...(more > 0 ? [quiet(`and ${more} rarer changes`)] : []),
  ];
}

/** @param {LabelledInput} input */
function objectLegend({ cloud: { report, instances, count }, unchanged }) {
  const table = document.createElement("table");
  const counts = Object.entries(report.instances ?? {}).sort(([, a], [, b]) => b - a);
  for (const [name, objects] of counts) {
    table.insertRow().append(...[name, whole(objects)].map(cell));
  }
  const none = document.createElement("span");
  none.className = "arrow";
  none.append(swatch(unchanged), "no object");
  const outside = instances?.filter((object) => object === 0).length ?? count;
  table.insertRow().append(...[none, percent(outside / count)].map(cell));
  return [title("Objects, each in a colour of its own"), table];
}

/** @param {import("./cloud.js").Cloud} cloud */
function confidenceLegend({ confidence, count }) {
  let sum = 0;
  let unsure = 0;
  for (const value of confidence) {
    sum += value;
    if (value < 128) unsure++;
  }
  return [
    title("Confidence"),
    ...rampBar(["0 %", "50 %", "100 %"]),
    quiet(`mean ${percent(sum / 255 / count)}, below one half ${percent(unsure / count)}`),
  ];
}

/**
 * Returns the ramp of colours, with what its ends and its middle mean.
 *
 * @param {readonly string[]} texts
 * @returns {Node[]}
 */
function rampBar(texts) {
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  bar.setAttribute("class", "ramp");
  bar.setAttribute("viewBox", `0 0 ${RAMP_STEPS} 1`);
  bar.setAttribute("preserveAspectRatio", "none");
  for (let i = 0; i < RAMP_STEPS; i++) bar.append(rectangle(i, ramp(i / (RAMP_STEPS - 1))));
  const ends = document.createElement("div");
  ends.className = "line quiet";
  for (const text of texts) {
    const end = document.createElement("span");
    end.textContent = text;
    ends.append(end);
  }
  return [bar, ends];
}

/**
 * Counts the points of the scan by class.
 *
 * @param {import("./cloud.js").Cloud} cloud
 * @param {(from: number, to: number) => number} classOf
 * @returns {number[]}
 */
function sums({ classes, became }, classOf) {
  const counts = new Array(classes).fill(0);
  became.forEach((count, i) => counts[classOf(Math.floor(i / classes), i % classes)] += count);
  return counts;
}

/** @param {import("./colors.js").Rgb} color */
export function swatch(color) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 1 1");
  svg.setAttribute("aria-hidden", "true");
  svg.append(rectangle(0, color));
  return svg;
}

/**
 * @param {number} x
 * @param {import("./colors.js").Rgb} color
 */
function rectangle(x, color) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const attributes = { x, y: 0, width: 1.01, height: 1, fill: css(color) };
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, `${value}`);
  return made;
}

/** @param {string | Node} content */
function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

/** @param {string} text */
function title(text) {
  const made = document.createElement("h2");
  made.textContent = text;
  return made;
}

/** @param {string} text */
function quiet(text) {
  const made = document.createElement("p");
  made.className = "quiet";
  made.textContent = text;
  return made;
}

/** @param {number} value */
export function whole(value) {
  return value.toLocaleString("en");
}

/** @param {number} fraction */
export function percent(fraction) {
  return `${(100 * fraction).toFixed(1)} %`;
}

/** @param {number} fraction */
function signed(fraction) {
  return `${fraction > 0 ? "+" : "−"}${percent(Math.abs(fraction))}`;
}
