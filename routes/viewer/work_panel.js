/**
 * The progress of a job: upload, phases and loss; then the result.
 *
 * @module
 */
import { LossChart } from "./chart.js";
import { byId } from "./dom.js";
import { percent, whole } from "./legend.js";

/** @type {Record<string, string>} */
const PHASES = {
  read: "Reading the scan",
  render: "Rendering views of the scan",
  teacher: "Computing features of the photographs",
  voxelize: "Sorting points into voxels",
  pair: "Pairing points with pixels",
  compile: "Preparing the network",
  adapt: "Adapting to this scan",
  statistics: "Measuring statistics of this scan",
  predict: "Labelling the points",
};

/** The part of the column below the form. */
export class WorkPanel {
  #chart = new LossChart(byId("chart", SVGSVGElement));
  #work = byId("work", HTMLElement);
  #loss = byId("loss", HTMLElement);
  #lossName = byId("lossName", HTMLElement);
  #lossChange = byId("lossChange", HTMLElement);
  #result = byId("result", HTMLElement);
  #phase = byId("phase", HTMLElement);
  #progress = byId("progress", HTMLProgressElement);
  #problem = byId("problem", HTMLElement);
  #warnings = byId("warnings", HTMLElement);

  /** Removes what was shown of the last job. */
  clear() {
    this.#chart.clear();
    this.#lossName.textContent = "Loss";
    this.#lossChange.textContent = "";
    this.#loss.hidden = true;
    this.#result.hidden = true;
    this.#problem.hidden = true;
    this.#showWarnings([]);
  }

  /**
   * Shows what is being done.
   *
   * @param {string} text
   * @param {number | null} fraction that is done; null if it is unknown.
   */
  busy(text, fraction) {
    this.#work.hidden = false;
    // Setting the same text again would make screen readers repeat it.
    if (this.#phase.textContent !== text) this.#phase.textContent = text;
    if (fraction === null) this.#progress.removeAttribute("value");
    else this.#progress.value = fraction;
  }

  /** @param {import("./api.js").Progress} progress */
  progress({ phase, step, steps, loss, secondsLeft, warnings = [] }) {
    this.#showWarnings(warnings);
    const known = step !== undefined && steps !== undefined;
    const count = known && steps > 1 ? `, ${step} of ${steps}` : "";
    const left = secondsLeft === undefined ? "" : `, ${duration(secondsLeft)} left`;
    this.busy(`${PHASES[phase] ?? phase}${count}${left}`, known ? step / steps : null);
    if (!known || loss === undefined) return;
    this.#loss.hidden = false;
    this.#chart.add(step, steps, loss);
  }

  /** Hides the progress. */
  idle() {
    this.#work.hidden = true;
  }

  /** Shows why the job failed. @param {string} text */
  fail(text) {
    this.idle();
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }

  /** Shows the result of a job. @param {import("./cloud.js").Cloud} cloud */
  show({ report, count }) {
    this.idle();
    this.#showLosses(report);
    const { views, scan } = report;
    const seconds = Object.values(report.phases).reduce((sum, value) => sum + value, 0) / 1000;
    const facts = [
      ["Scan", scan.name],
      ["Points", whole(scan.points)],
      ["Taken as", `${scan.unit}, ${scan.up} up`],
      ...(scan.labels === "not-scored" ? [["Labels of its own", "not compared"]] : []),
      ...(count < scan.points ? [["Points shown", whole(count)]] : []),
      ["Views", views.count === 0 ? "none" : `${views.count}, ${seen(report)} of the points seen`],
      ["Student", report.student],
      ["Method", report.steps > 0 ? `${report.method}, ${report.steps} steps` : report.method],
      ["Changed points", percent(report.changedPoints)],
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
    this.#showWarnings(report.warnings);
    this.#result.hidden = false;
  }

  /** @param {import("./api.js").Warning[]} warnings */
  #showWarnings(warnings) {
    // They come with every progress, and are rarely new.
    if (warnings.length === this.#warnings.childElementCount) return;
    this.#warnings.replaceChildren(...warnings.map(({ text }) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    this.#warnings.hidden = warnings.length === 0;
  }

  /** @param {import("./cloud.js").Report} report */
  #showLosses({ losses, lossName }) {
    const [first, last] = [losses.at(0), losses.at(-1)];
    // One value makes no line.
    this.#loss.hidden = losses.length < 2;
    if (first === undefined || last === undefined) return;
    const name = lossName ?? "loss";
    this.#lossName.textContent = name.charAt(0).toUpperCase() + name.slice(1);
    this.#chart.set(losses, this.#lossName.textContent);
    this.#lossChange.textContent = `${first.toFixed(3)} → ${last.toFixed(3)}`;
  }
}

/** Returns the part of the points that views see. @param {import("./cloud.js").Report} report */
function seen({ views, scan }) {
  return percent(views.pointsSeen / scan.points);
}

/** Writes a duration as people say it. @param {number} seconds */
export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  return seconds < 100 ? `${Math.round(seconds)} s` : `${minutes} min`;
}
