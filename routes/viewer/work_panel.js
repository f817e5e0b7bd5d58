/**
 * How the work goes: upload, phases, loss, and what came out.
 *
 * @module
 */
import { LossChart } from "./chart.js";
import { byId } from "./dom.js";
import { percent, whole } from "./legend.js";

/** @type {Record<string, string>} */
const PHASES = {
  read: "Reading the scan",
  teacher: "Looking at the photographs",
  voxelize: "Sorting points into voxels",
  pair: "Pairing points with pixels",
  compile: "Preparing the network",
  adapt: "Adapting to this scan",
  predict: "Labelling the points",
};

/** The part of the column below the form. */
export class WorkPanel {
  #chart = new LossChart(byId("chart", SVGSVGElement));
  #work = byId("work", HTMLElement);
  #loss = byId("loss", HTMLElement);
  #lossChange = byId("lossChange", HTMLElement);
  #result = byId("result", HTMLElement);
  #phase = byId("phase", HTMLElement);
  #progress = byId("progress", HTMLProgressElement);
  #problem = byId("problem", HTMLElement);

  /** Before another job. */
  clear() {
    this.#chart.clear();
    this.#lossChange.textContent = "";
    this.#loss.hidden = true;
    this.#result.hidden = true;
    this.#problem.hidden = true;
  }

  /**
   * Shows what is being done.
   *
   * @param {string} text
   * @param {number | null} fraction of it that is done; null where nobody knows.
   */
  busy(text, fraction) {
    this.#work.hidden = false;
    // A live region that says the same again would be read out again.
    if (this.#phase.textContent !== text) this.#phase.textContent = text;
    if (fraction === null) this.#progress.removeAttribute("value");
    else this.#progress.value = fraction;
  }

  /** @param {import("./api.js").Progress} progress */
  progress({ phase, step, steps, loss }) {
    const known = step !== undefined && steps !== undefined;
    const count = known && steps > 1 ? `, ${step} of ${steps}` : "";
    this.busy(`${PHASES[phase] ?? phase}${count}`, known ? step / steps : null);
    if (!known || loss === undefined) return;
    this.#loss.hidden = false;
    this.#chart.add(step, steps, loss);
  }

  /** Nothing is being done any more. */
  idle() {
    this.#work.hidden = true;
  }

  /** @param {string} text */
  fail(text) {
    this.idle();
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }

  /** @param {import("./cloud.js").Cloud} cloud */
  show({ report, count }) {
    this.idle();
    const { losses, views, scan } = report;
    // One value is no line.
    this.#loss.hidden = losses.length < 2;
    this.#chart.set(losses);
    const [first, last] = [losses.at(0), losses.at(-1)];
    this.#lossChange.textContent = first === undefined || last === undefined
      ? ""
      : `${first.toFixed(3)} → ${last.toFixed(3)}`;
    const seconds = Object.values(report.phases).reduce((sum, value) => sum + value, 0) / 1000;
    const facts = [
      ["Scan", scan.name],
      ["Points", whole(scan.points)],
      ...(count < scan.points ? [["of these shown", whole(count)]] : []),
      ["Views", views.count === 0 ? "none" : `${views.count}, ${seen(report)} of the points seen`],
      ["Method", report.steps > 0 ? `${report.method}, ${report.steps} steps` : report.method],
      ["Changed by it", percent(report.changedPoints)],
      ...Object.entries(report.metrics ?? {})
        .map(([method, { miou }]) => [`mIoU, ${method}`, percent(miou)]),
      ["Time", `${seconds.toFixed(1)} s`],
      ["Adapter", report.adapter],
    ];
    byId("facts", HTMLElement).replaceChildren(...facts.flatMap(([name, value]) => {
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      [term.textContent, text.textContent] = [name, value];
      return [term, text];
    }));
    const note = byId("note", HTMLElement);
    note.textContent = report.note ?? "";
    note.hidden = report.note === undefined;
    this.#result.hidden = false;
  }
}

/** @param {import("./cloud.js").Report} report */
function seen({ views, scan }) {
  return percent(views.pointsSeen / scan.points);
}
