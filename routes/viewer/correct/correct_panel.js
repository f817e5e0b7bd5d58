/**
 * Corrections in the picture: the user says what points are, by one point, a brush, or everything of a class inside the
 * clip box, and sends them to be learned from.
 *
 * @module
 */
import { UNKNOWN } from "../colors.js";
import { byId } from "../dom.js";
import { swatch, whole } from "../legend.js";
import { CorrectionList, UNCORRECTED } from "./corrections.js";
import { SuggestionPanel } from "./suggestion_panel.js";

/** Keys for tools, beside those of the picture. @type {Record<string, Tool>} */
const TOOL_KEYS = { p: "point", b: "brush", c: "class" };

/** @typedef {"look" | "point" | "brush" | "class"} Tool */

/**
 * @typedef {object} CorrectionActions
 * @property {(json: Record<string, number[]>) => Promise<boolean>} send labels the scan again; true once it is labelled
 * @property {(count: number) => Promise<import("../api.js").Suggestion[]>} suggest
 * @property {(text: string) => void} fail shows what went wrong
 */

/** The panel. For tests, `data-corrected` of the body is the number of corrected points. */
export class CorrectPanel {
  #panel = byId("correct", HTMLDetailsElement);
  #tools = [...byId("correctTools", HTMLFieldSetElement).querySelectorAll("input")];
  #class = byId("correctClass", HTMLSelectElement);
  #size = byId("brushSize", HTMLInputElement);
  #undo = byId("undoCorrection", HTMLButtonElement);
  #send = byId("sendCorrections", HTMLButtonElement);
  #save = byId("saveCorrections", HTMLButtonElement);
  #file = byId("correctionsFile", HTMLInputElement);
  #list = byId("correctionList", HTMLElement);
  #brush = byId("brush", HTMLElement);
  #aim = byId("aim", HTMLElement);
  #corrections = new CorrectionList();
  #cloud = /** @type {import("../cloud.js").Cloud | null} */ (null);
  /** @type {readonly import("../colors.js").Rgb[]} */
  #palette = [];
  /** Class of every point that is shown, or `UNCORRECTED`. */
  #corrected = new Uint8Array();
  /** Index of each row among the points that are shown, plus one. */
  #indices = new Uint32Array();
  /** The pointer that paints. @type {number | null} */
  #painting = null;
  /** Whether the click that follows is the end of a stroke. */
  #painted = false;
  #canvas;
  #picture;
  #actions;
  #suggestions;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {import("../cloud_panel.js").CloudPanel} picture
   * @param {CorrectionActions} actions
   */
  constructor(canvas, picture, actions) {
    this.#canvas = canvas;
    this.#picture = picture;
    this.#actions = actions;
    this.#suggestions = new SuggestionPanel(picture, {
      suggest: actions.suggest,
      fail: actions.fail,
      correct: (row, label) => this.#act([row], label ?? this.#label),
    });
    for (const input of this.#tools) input.addEventListener("change", () => this.#setTool());
    this.#panel.addEventListener("toggle", () => this.#setTool());
    this.#class.addEventListener("change", () => this.#setTool());
    this.#size.addEventListener("input", () => this.#setTool());
    this.#undo.addEventListener("click", () => this.#takeBack());
    this.#save.addEventListener("click", () => this.#download());
    this.#file.addEventListener("change", () => this.#load());
    this.#send.addEventListener("click", () => this.#submit());
    picture.onApply = (index) => this.#apply(index);
    this.#addBrush();
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /**
   * Takes corrections of a result. Those of another scan are forgotten.
   *
   * @param {import("../cloud.js").Cloud | null} cloud null while nothing can be corrected
   */
  show(cloud) {
    this.#panel.hidden = cloud === null;
    const { classes = [], palette = [] } = cloud?.student ?? {};
    if (cloud?.isCorrected) this.#corrections.settle();
    else this.#corrections.clear();
    const chosen = this.#class.value;
    this.#class.replaceChildren(...classes.map((name) => new Option(name)));
    if (classes.includes(chosen)) this.#class.value = chosen;
    this.#cloud = cloud;
    this.#palette = palette;
    this.#corrected = new Uint8Array(cloud?.count ?? 0);
    const { rows } = cloud ?? { rows: new Uint32Array() };
    this.#indices = new Uint32Array(1 + rows.reduce((most, row) => Math.max(most, row), -1));
    rows.forEach((row, index) => this.#indices[row] = index + 1);
    this.#suggestions.clear();
    if (!cloud) this.#panel.open = false;
    this.#setTool();
    this.#draw();
  }

  /** @returns {Tool} */
  get #tool() {
    if (!this.#panel.open) return "look";
    return /** @type {Tool} */ (this.#tools.find(({ checked }) => checked)?.value ?? "look");
  }

  /** The class that is given. */
  get #label() {
    return this.#class.selectedIndex;
  }

  #setTool() {
    const tool = this.#tool;
    this.#picture.setPainting(tool === "brush");
    this.#aim.hidden = tool === "look";
    if (tool !== "brush") this.#brush.hidden = true;
    const side = 2 * this.#size.valueAsNumber;
    const [red, green, blue] = this.#palette[this.#label] ?? UNKNOWN;
    for (const mark of [this.#brush, this.#aim]) {
      mark.style.borderColor = `rgb(${red} ${green} ${blue})`;
      mark.style.width = mark.style.height = `${tool === "brush" ? side : 10}px`;
    }
  }

  /**
   * Applies the tool to a point that was clicked, or that is in the middle of the picture.
   *
   * @param {number | null} index
   * @returns {boolean} whether there is a tool.
   */
  #apply(index) {
    const [tool, cloud] = [this.#tool, this.#cloud];
    if (tool === "look" || !cloud) return false;
    const { clientWidth, clientHeight } = this.#canvas;
    if (tool === "brush") {
      // By the pointer it has painted already.
      if (this.#painted) this.#painted = false;
      else this.#act(this.#rowsWithin(clientWidth / 2, clientHeight / 2));
    } else if (index !== null) {
      const label = cloud.label[index];
      this.#act(
        tool === "point"
          ? [cloud.rows[index]]
          : [...cloud.rows].filter((_, i) => cloud.label[i] === label && this.#picture.isInside(i)),
      );
    }
    return true;
  }

  #addBrush() {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.#painting !== null) {
        // A second finger moves the picture: what the first one painted meanwhile was not meant.
        this.#painting = null;
        this.#corrections.undo();
        this.#draw();
        return;
      }
      if (this.#tool !== "brush" || event.shiftKey || event.button !== 0) return;
      this.#painting = event.pointerId;
      this.#corrections.begin();
      this.#stroke(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      this.#brush.hidden = this.#tool !== "brush" || event.pointerType === "touch";
      this.#brush.style.left = `${event.offsetX}px`;
      this.#brush.style.top = `${event.offsetY}px`;
      if (this.#painting === event.pointerId) this.#stroke(event);
    });
    canvas.addEventListener("pointerleave", () => this.#brush.hidden = true);
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      canvas.addEventListener(name, ({ pointerId }) => {
        if (this.#painting !== pointerId) return;
        this.#painting = null;
        this.#painted = name === "pointerup";
      });
    }
  }

  /** @param {PointerEvent} event */
  #stroke({ offsetX, offsetY }) {
    this.#corrections.paint(this.#rowsWithin(offsetX, offsetY), this.#label);
    this.#draw();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #rowsWithin(x, y) {
    const found = this.#picture.within(x, y, this.#size.valueAsNumber);
    return [...found].map((index) => this.#cloud?.rows[index] ?? 0);
  }

  /**
   * @param {readonly number[]} rows
   * @param {number} label
   */
  #act(rows, label = this.#label) {
    this.#corrections.begin();
    this.#corrections.paint(rows, label);
    this.#draw();
  }

  #takeBack() {
    this.#corrections.undo();
    this.#draw();
  }

  /** Shows the corrections in the picture and in the list. */
  #draw() {
    const { classes = [] } = this.#cloud?.student ?? {};
    if (this.#cloud) {
      this.#corrected.fill(UNCORRECTED);
      for (const [row, label] of this.#corrections.classes) {
        const index = this.#indices[row] ?? 0;
        if (index > 0) this.#corrected[index - 1] = label;
      }
      this.#picture.setCorrected(this.#corrected);
    }
    this.#list.replaceChildren(...[...this.#corrections.counts()].map(([label, count]) => {
      const item = document.createElement("li");
      const points = document.createElement("span");
      points.textContent = whole(count);
      item.append(swatch(this.#palette[label] ?? UNKNOWN), classes[label] ?? `${label}`, points);
      return item;
    }));
    const none = this.#corrections.size === 0;
    this.#undo.disabled = !this.#corrections.canUndo;
    this.#save.disabled = none;
    this.#send.disabled = none || !this.#corrections.canUndo;
    document.body.dataset.corrected = `${this.#corrections.size}`;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#panel.open) return;
    const { key } = event;
    if (key === "z" && !event.altKey) this.#takeBack();
    else if (event.ctrlKey || event.altKey || event.metaKey) return;
    else if (key === "Escape") this.#choose("look");
    else if (key in TOOL_KEYS) this.#choose(TOOL_KEYS[key]);
    else if (key === "[" || key === "]") {
      const { length } = this.#class.options;
      this.#class.selectedIndex = (this.#label + (key === "]" ? 1 : length - 1)) % length;
      this.#setTool();
    } else if (!this.#suggestions.key(key)) return;
    event.preventDefault();
  }

  /** @param {Tool} tool */
  #choose(tool) {
    for (const input of this.#tools) input.checked = input.value === tool;
    this.#setTool();
  }

  async #submit() {
    if (!this.#cloud) return;
    this.#send.disabled = true;
    const isDone = await this.#actions.send(this.#corrections.toJson(this.#cloud.student.classes));
    // What was not learned from can be sent again.
    if (!isDone) this.#draw();
  }

  #download() {
    const { student, report } = /** @type {import("../cloud.js").Cloud} */ (this.#cloud);
    const json = JSON.stringify(this.#corrections.toJson(student.classes));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
    link.download = `${report.scan.name.replace(/\.\w+$/, "")}_corrections.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  async #load() {
    const [file] = this.#file.files ?? [];
    this.#file.value = "";
    if (!file || !this.#cloud) return;
    try {
      this.#corrections.add(JSON.parse(await file.text()), this.#cloud.student.classes);
      this.#draw();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.#actions.fail(`Cannot take the corrections of ${file.name}: ${message}`);
    }
  }
}
