/**
 * The picture of a cloud with its colours, legend and settings, and the point under the pointer.
 *
 * @module
 */
import { FRAMES } from "./camera.js";
import { BOUNDS_COLOR, CAMERA_COLOR, PICK_COLOR, UNKNOWN } from "./colors.js";
import { addControls } from "./controls.js";
import { byId } from "./dom.js";
import { legendOf, percent } from "./legend.js";
import { PointView } from "./points.js";
import { ClipBox } from "./tools/clip_box.js";
import { apart, PickedPanel } from "./tools/picked.js";

/** A pointer that moves less than this many pixels clicks. */
const CLICK_PIXELS = 5;

/** Modes of points that are not labelled yet. */
const UNLABELLED = ["scan", "intensity", "original", "height"];

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
  #outlined = byId("outlined", HTMLInputElement);
  #heights = this.#view.heights;
  /** @type {Set<number>} */
  #hidden = new Set();
  /** @type {import("./cloud.js").Points | null} */
  #points = null;
  /** The points once they are labelled. @type {import("./cloud.js").Cloud | null} */
  #cloud = null;
  /** @type {import("./local/preview.js").Outlines | null} */
  #outlines = null;
  /** The colours that the user wants of labelled points, while others are shown. */
  #wanted = "adapted";
  /** @type {readonly string[]} */
  #classes = [];
  /** @type {readonly import("./colors.js").Rgb[]} */
  #palette = [];

  /** Places that were picked: the last, and the one before. @type {number[][]} */
  #picks = [];
  #picked = new PickedPanel(() => this.#pick(null));
  #clip = new ClipBox(() => this.#setClip());
  #down = { x: 0, y: 0 };
  /** Called with the place that was picked, in the coordinates of the scan, or null. @type {(place: number[] | null) => void} */
  onPick = () => {};
  /**
   * Called with the point that was clicked, or null, before it is picked; true where it has been put to use.
   *
   * @type {(index: number | null) => boolean}
   */
  onApply = () => false;
  /** Called with what is shown. @type {(cloud: import("./cloud.js").Cloud | null) => void} */
  onShow = () => {};

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
    this.#outlined.addEventListener("change", () => view.setLines(this.#lines()));
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
    byId("savePicture", HTMLButtonElement).addEventListener("click", () => this.#save());
    this.#addPicking();
    this.#canvas.addEventListener("pointerleave", () => this.#point.hidden = true);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#setTheme());
    this.#setTheme();
  }

  /**
   * Shows a labelled cloud.
   *
   * @param {import("./cloud.js").Cloud} cloud
   * @param {import("./local/preview.js").Outlines | null} outlines
   */
  show(cloud, outlines) {
    const { classes, palette } = cloud.student;
    this.#cloud = cloud;
    this.#classes = classes;
    this.#palette = palette;
    this.#show(cloud, outlines);
  }

  /** The labelled points that are shown. */
  get cloud() {
    return this.#cloud;
  }

  /** Whether dragging paints, and does not orbit. @param {boolean} paints */
  setPainting(paints) {
    this.#view.paints = paints;
    this.#canvas.classList.toggle("painting", paints);
  }

  /** Shows what the user has said of points. @param {Uint8Array} corrected by point */
  setCorrected(corrected) {
    this.#view.setCorrected(corrected);
  }

  /**
   * The points that are drawn within a circle.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} radius
   */
  within(x, y, radius) {
    return this.#view.within(x, y, radius);
  }

  /** Whether a point is neither clipped nor of a class that is hidden. @param {number} index */
  isInside(index) {
    return this.#view.isInside(index) && !this.#hidden.has(this.#cloud?.label[index] ?? 0);
  }

  /** Moves the camera to a place and marks it. @param {number[]} place in the coordinates of the scan */
  goTo(place) {
    const { origin = [0, 0, 0] } = this.#points ?? {};
    this.#picks = [place];
    this.#view.camera.target = place.map((value, i) => value - origin[i]);
    this.#view.setLines(this.#lines());
    this.onPick(place);
  }

  /**
   * Shows points that are not labelled yet.
   *
   * @param {import("./cloud.js").Points} points
   * @param {import("./local/preview.js").Outlines} outlines
   */
  preview(points, outlines) {
    if (this.#cloud) this.#wanted = this.#view.mode;
    this.#cloud = null;
    this.#palette = [];
    this.#show(points, outlines);
  }

  /**
   * @param {import("./cloud.js").Points} points
   * @param {import("./local/preview.js").Outlines | null} outlines
   */
  #show(points, outlines) {
    this.#points = points;
    this.#outlines = outlines;
    this.#outlined.disabled = outlines === null;
    this.#hidden.clear();
    this.#picks = [];
    this.#picked.show(null);
    // These take up their space before the cloud is framed in the rest.
    for (const id of ["tools", "legend"]) byId(id, HTMLElement).hidden = false;
    // What is compared with the picture before keeps its view.
    const keepsView = this.#cloud?.isCorrected === true;
    this.#view.show(points, this.#lines(), keepsView);
    this.#view.setPalette(this.#palette, this.#hidden);
    const wanted = this.#cloud ? this.#wanted : "scan";
    /** @type {Record<string, boolean>} */
    const missing = {
      scan: points.channels === 0,
      intensity: points.intensity === null,
      original: points.original === null,
      objects: !this.#cloud?.instances,
    };
    for (const input of this.#modes) {
      input.disabled = missing[input.value] ||
        (!this.#cloud && !UNLABELLED.includes(input.value));
    }
    const usable = this.#modes.filter(({ disabled }) => !disabled);
    const chosen = usable.find(({ value }) => value === wanted) ?? usable[0];
    chosen.checked = true;
    if (!keepsView) {
      this.#openCeiling();
      this.#clip.open();
      this.#setClip();
    }
    byId("empty", HTMLElement).hidden = true;
    this.#setMode();
    this.onShow(this.#cloud);
    // The legend takes its space from the picture, too.
    if (!keepsView) this.#view.frame();
  }

  /** Picking by click or by the enter key, and a new pivot by double click. */
  #addPicking() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", ({ offsetX: x, offsetY: y }) => this.#down = { x, y });
    canvas.addEventListener("click", ({ offsetX, offsetY }) => {
      const { x, y } = this.#down;
      if (Math.hypot(offsetX - x, offsetY - y) < CLICK_PIXELS) {
        this.#use(this.#view.pick(offsetX, offsetY));
      }
    });
    canvas.addEventListener("dblclick", ({ offsetX, offsetY }) => {
      const index = this.#view.pick(offsetX, offsetY);
      if (!this.#points || index === null) return;
      this.#view.camera.target = [...this.#points.positions.subarray(3 * index, 3 * index + 3)];
      this.#view.redraw();
    });
    canvas.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#pick(null);
      if (key === "Enter") {
        this.#use(this.#view.pick(canvas.clientWidth / 2, canvas.clientHeight / 2));
      }
    });
  }

  /** Gives a point to the tool, or picks it. @param {number | null} index */
  #use(index) {
    if (!this.onApply(index)) this.#pick(index);
  }

  /** @param {number | null} index */
  #pick(index) {
    const place = index === null ? null : this.#placeOf(index);
    this.#picks = place ? [...this.#picks.slice(-1), place] : [];
    const [before, last] = this.#picks;
    const { up } = FRAMES[this.#view.camera.up];
    this.#picked.show(
      index === null
        ? null
        : [...this.#textOf(index, 3), ...(last ? [apart(before, last, up)] : [])].join("\n"),
    );
    this.#view.setLines(this.#lines());
    this.onPick(place);
  }

  /** A place in the coordinates of the scan. @param {number} index */
  #placeOf(index) {
    const { origin = [], positions = new Float32Array() } = this.#points ?? {};
    return origin.map((value, i) => value + positions[3 * index + i]);
  }

  /** The colour of a point's label; null for one that is not shown. @param {number} index */
  labelColor = (index) => {
    const label = this.#cloud?.label[index];
    if (label === undefined || this.#hidden.has(label)) return null;
    return this.#palette[label] ?? UNKNOWN;
  };

  /** @returns {import("./points.js").Lines[]} */
  #lines() {
    const half = this.#view.crossLength / 2;
    const crosses = this.#picks.flatMap((place) =>
      [0, 1, 2].flatMap((axis) =>
        [-half, half].flatMap((way) => place.map((value, i) => i === axis ? value + way : value))
      )
    );
    const between = this.#picks.length === 2 ? this.#picks.flat() : [];
    return [{ ends: [...crosses, ...between], color: PICK_COLOR }, ...this.#outlineLines()];
  }

  /** @returns {import("./points.js").Lines[]} */
  #outlineLines() {
    if (!this.#outlines || !this.#outlined.checked) return [];
    const { bounds, cameras } = this.#outlines;
    return [
      { ends: cameras, color: CAMERA_COLOR },
      ...(this.#cloud ? [] : [{ ends: bounds, color: BOUNDS_COLOR }]),
    ];
  }

  #setMode() {
    const checked = this.#modes.find(({ checked }) => checked);
    this.#view.setMode(/** @type {import("./points.js").Mode} */ (checked?.value));
    delete this.#canvas.dataset.drawn;
    this.#drawLegend();
    this.#view.redraw();
  }

  /** Cuts away the ceiling of a closed room, so that its inside is visible. */
  #openCeiling() {
    const { low, high, ceiling } = this.#heights = this.#view.heights;
    this.#view.heightRange = [low, high];
    this.#ceiling.valueAsNumber = ceiling === null ? 1 : (ceiling - low) / (high - low);
    this.#setCeiling();
  }

  #setCeiling() {
    const { low, high } = this.#heights;
    const cut = this.#ceiling.valueAsNumber;
    this.#view.ceiling = cut >= 1 ? Infinity : low + cut * (high - low);
    this.#view.redraw();
  }

  #setClip() {
    this.#view.clip = this.#clip.of(this.#view.extent);
    this.#view.redraw();
  }

  /** Saves the picture as a file. */
  async #save() {
    const picture = await this.#view.picture();
    if (!picture) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(picture);
    link.download = `${this.#cloud?.report.scan.name.replace(/\.\w+$/, "") ?? "scan"}.png`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  #setTheme() {
    this.#view.background = colorOf(getComputedStyle(document.body).backgroundColor);
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    this.#view.unchanged = dark ? [74, 84, 92] : [196, 203, 209];
    this.#drawLegend();
    this.#view.redraw();
  }

  #drawLegend() {
    if (!this.#points) return;
    const { mode, unchanged } = this.#view;
    byId("legend", HTMLElement).replaceChildren(...legendOf({
      points: this.#points,
      cloud: this.#cloud,
      heights: this.#absoluteHeights(),
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

  /** The heights of the ramp in the coordinates of the scan. */
  #absoluteHeights() {
    const { low, high } = this.#heights;
    const { up } = FRAMES[this.#view.camera.up];
    const base = this.#points?.origin.reduce((sum, value, i) => sum + value * up[i], 0) ?? 0;
    return { low: low + base, high: high + base };
  }

  /**
   * What is known of a point, line by line.
   *
   * @param {number} index
   * @param {number} digits of coordinates
   */
  #textOf(index, digits) {
    const cloud = this.#cloud;
    const { intensity, original } = this.#points ?? {};
    const place = this.#placeOf(index).map((value) => value.toFixed(digits)).join("  ");
    const known = [
      ...(intensity ? [`intensity ${percent(intensity[index] / 255)}`] : []),
      ...(original ? [`came with label ${original[index]}`] : []),
      place,
    ];
    if (!cloud) return known;
    const name = (/** @type {number} */ label) => this.#classes[label] ?? `class ${label}`;
    const [before, after] = [name(cloud.source[index]), name(cloud.label[index])];
    return [
      before === after ? after : `${before} → ${after}`,
      `confidence ${percent(cloud.confidence[index] / 255)}`,
      ...(cloud.instances?.[index] ? [`object ${cloud.instances[index]}`] : []),
      ...known,
    ];
  }

  /** Describes the point under the pointer. @param {PointerEvent} event */
  #describe({ offsetX, offsetY, buttons, pointerType }) {
    const points = this.#points;
    // Touch has no hovering, so a finger shows the point even while it drags.
    const wanted = buttons === 0 || pointerType === "touch";
    const index = points && wanted ? this.#view.pick(offsetX, offsetY) : null;
    this.#point.hidden = index === null;
    if (!points || index === null) return;
    this.#point.textContent = this.#textOf(index, 2).join("\n");
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
