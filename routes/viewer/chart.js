/**
 * A chart of the loss over the gradient steps.
 *
 * @module
 */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 120;
const LEFT = 44;
const RIGHT = 10;
const TOP = 10;
const BOTTOM = 22;
/** What the loss is called until the report says so. */
const LOSS = "Loss";

/** The loss as a line in an `<svg>` element. */
export class LossChart {
  /** @type {[step: number, loss: number][]} */
  #values = [];
  #steps = 1;
  #name = LOSS;
  #svg;

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  }

  clear() {
    this.#values = [];
    this.#name = LOSS;
    this.#draw();
  }

  /**
   * Adds the loss of a step.
   *
   * @param {number} step
   * @param {number} steps
   * @param {number} loss
   */
  add(step, steps, loss) {
    this.#steps = steps;
    this.#values = [...this.#values.filter(([other]) => other < step), [step, loss]];
    this.#draw();
  }

  /**
   * Shows all losses of a scan.
   *
   * @param {readonly number[]} losses before each step and after the last
   * @param {string} name of the loss
   */
  set(losses, name) {
    this.#name = name;
    this.#values = losses.map((loss, step) => [step, loss]);
    this.#steps = Math.max(1, losses.length - 1);
    this.#draw();
  }

  #draw() {
    const values = this.#values;
    const first = values.at(0);
    const last = values.at(-1);
    if (!first || !last) {
      this.#svg.replaceChildren();
      this.#svg.setAttribute("aria-label", "No loss yet");
      return;
    }
    const losses = values.map(([, loss]) => loss);
    const high = Math.max(...losses);
    const low = Math.min(...losses);
    const span = Math.max(high - low, 1e-9);
    const x = (/** @type {number} */ step) => LEFT + (step / this.#steps) * (WIDTH - LEFT - RIGHT);
    const y = (/** @type {number} */ loss) =>
      TOP + (1 - (loss - low) / span) * (HEIGHT - TOP - BOTTOM);
    const line = values.map(([step, loss]) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`);
    const floor = HEIGHT - BOTTOM;
    this.#svg.replaceChildren(
      element("path", { class: "grid", d: `M${LEFT} ${TOP}H${WIDTH - RIGHT}` }),
      element("path", { class: "axis", d: `M${LEFT} ${floor}H${WIDTH - RIGHT}` }),
      element("polygon", {
        class: "area",
        points: `${x(first[0])},${floor} ${line.join(" ")} ${x(last[0])},${floor}`,
      }),
      element("polyline", { class: "line", points: line.join(" ") }),
      element("circle", { class: "now", cx: x(last[0]), cy: y(last[1]), r: 3.5 }),
      text(LEFT - 6, TOP + 4, high.toFixed(3), "end"),
      ...(high > low ? [text(LEFT - 6, floor + 4, low.toFixed(3), "end")] : []),
      text(LEFT, HEIGHT - 6, "0", "middle"),
      text(WIDTH - RIGHT, HEIGHT - 6, `${this.#steps} steps`, "end"),
    );
    this.#svg.setAttribute(
      "aria-label",
      `${this.#name}: ${first[1].toFixed(4)} at step ${first[0]}, ${last[1].toFixed(4)} at step ${
        last[0]
      } of ${this.#steps}`,
    );
  }
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, `${value}`);
  return made;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {string} anchor
 */
function text(x, y, content, anchor) {
  const made = element("text", { x, y, "text-anchor": anchor });
  made.textContent = content;
  return made;
}
