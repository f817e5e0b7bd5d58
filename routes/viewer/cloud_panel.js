/**
 * The picture of a labelled cloud with its colours, legend and settings, and the point under the pointer.
 *
 * @module
 */
import { addControls } from "./controls.js";
import { byId } from "./dom.js";
import { legendOf, percent } from "./legend.js";
import { PointView } from "./points.js";

/** The panel. For tests, `data-drawn` of the canvas names the mode of the last complete picture. */
export class CloudPanel {
  #canvas = byId("cloud", HTMLCanvasElement);
  #view = new PointView(this.#canvas);
  #point = byId("point", HTMLOutputElement);
  #ceiling = byId("ceiling", HTMLInputElement);
  #pointSize = byId("pointSize", HTMLInputElement);
  #up = byId("up", HTMLSelectElement);
  #shaded = byId("shaded", HTMLInputElement);
  #modes = [...byId("modes", HTMLFieldSetElement).querySelectorAll("input")];
  #heights = this.#view.heights;
  /** @type {Set<number>} */
  #hidden = new Set();
  /** @type {import("./cloud.js").Cloud | null} */
  #cloud = null;
  /** @type {readonly string[]} */
  #classes = [];
  /** @type {readonly import("./colors.js").Rgb[]} */
  #palette = [];

  constructor() {
    const view = this.#view;
    addControls(this.#canvas, view);
    view.onDrawn = () => this.#canvas.dataset.drawn = view.mode;
    for (const input of this.#modes) input.addEventListener("change", () => this.#setMode());
    this.#ceiling.addEventListener("input", () => this.#setCeiling());
    this.#pointSize.addEventListener("input", () => {
      view.pointScale = 2 ** this.#pointSize.valueAsNumber;
      view.redraw();
    });
    this.#shaded.addEventListener("change", () => {
      view.shaded = this.#shaded.checked;
      view.redraw();
    });
    this.#up.addEventListener("change", () => {
      view.camera.up = /** @type {import("./camera.js").Up} */ (this.#up.value);
      this.#openCeiling();
      view.frame();
    });
    byId("frame", HTMLButtonElement).addEventListener("click", () => view.frame());
    byId("top", HTMLButtonElement).addEventListener("click", () => {
      view.camera.lookDown();
      view.redraw();
    });
    this.#canvas.addEventListener("keydown", ({ key }) => {
      const input = this.#modes[Number(key) - 1];
      if (input && !input.disabled) input.click();
    });
    this.#canvas.addEventListener("pointermove", (event) => this.#describe(event));
    this.#canvas.addEventListener("pointerdown", (event) => this.#describe(event));
    this.#canvas.addEventListener("pointerleave", () => this.#point.hidden = true);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#setTheme());
    this.#setTheme();
  }

  /**
   * Shows a cloud.
   *
   * @param {import("./cloud.js").Cloud} cloud
   */
  show(cloud) {
    const { classes, palette } = cloud.student;
    this.#cloud = cloud;
    this.#classes = classes;
    this.#palette = palette;
    this.#hidden.clear();
    // These take up their space before the cloud is framed in the rest.
    for (const id of ["tools", "legend"]) byId(id, HTMLElement).hidden = false;
    this.#view.show(cloud);
    this.#view.setPalette(palette, this.#hidden);
    const [scan] = this.#modes;
    scan.disabled = cloud.channels === 0;
    if (scan.disabled && scan.checked) this.#modes[2].checked = true;
    this.#openCeiling();
    byId("empty", HTMLElement).hidden = true;
    this.#setMode();
  }

  #setMode() {
    const checked = this.#modes.find(({ checked }) => checked);
    this.#view.mode = /** @type {import("./points.js").Mode} */ (checked?.value);
    delete this.#canvas.dataset.drawn;
    this.#drawLegend();
    this.#view.redraw();
  }

  /** Cuts away the ceiling of a closed room, so that its inside is visible. */
  #openCeiling() {
    const { low, high, ceiling } = this.#heights = this.#view.heights;
    this.#ceiling.valueAsNumber = ceiling === null ? 1 : (ceiling - low) / (high - low);
    this.#setCeiling();
  }

  #setCeiling() {
    const { low, high } = this.#heights;
    const cut = this.#ceiling.valueAsNumber;
    this.#view.ceiling = cut >= 1 ? Infinity : low + cut * (high - low);
    this.#view.redraw();
  }

  #setTheme() {
    this.#view.background = colorOf(getComputedStyle(document.body).backgroundColor);
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.#view.unchanged = dark ? [74, 84, 92] : [196, 203, 209];
    this.#drawLegend();
    this.#view.redraw();
  }

  #drawLegend() {
    if (!this.#cloud) return;
    const { mode, unchanged } = this.#view;
    byId("legend", HTMLElement).replaceChildren(...legendOf({
      cloud: this.#cloud,
      classes: this.#classes,
      palette: this.#palette,
      mode,
      unchanged,
      hidden: this.#hidden,
      onToggle: (label, shown) => {
        if (shown) this.#hidden.delete(label);
        else this.#hidden.add(label);
        this.#view.setPalette(this.#palette, this.#hidden);
      },
    }));
  }

  /** Describes the point under the pointer. @param {PointerEvent} event */
  #describe({ offsetX, offsetY, buttons, pointerType }) {
    const cloud = this.#cloud;
    // Touch has no hovering, so a finger shows the point even while it drags.
    const wanted = buttons === 0 || pointerType === "touch";
    const index = cloud && wanted ? this.#view.pick(offsetX, offsetY) : null;
    this.#point.hidden = index === null;
    if (!cloud || index === null) return;
    const name = (/** @type {number} */ label) => this.#classes[label] ?? `class ${label}`;
    const [before, after] = [name(cloud.source[index]), name(cloud.label[index])];
    const place = cloud.origin.map((value, i) =>
      (value + cloud.positions[3 * index + i]).toFixed(2)
    );
    this.#point.textContent = [
      before === after ? after : `${before} → ${after}`,
      `confidence ${percent(cloud.confidence[index] / 255)}`,
      place.join("  "),
    ].join("\n");
    this.#point.style.left = `${Math.min(offsetX, this.#canvas.clientWidth - 220)}px`;
    this.#point.style.top = `${Math.min(offsetY, this.#canvas.clientHeight - 90)}px`;
  }
}

/**
 * Parses a colour.
 *
 * @param {string} css as `getComputedStyle` returns it: rgb(r, g, b)
 * @returns {import("./colors.js").Rgb}
 */
function colorOf(css) {
  const [red = 255, green = 255, blue = 255] = (css.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}
