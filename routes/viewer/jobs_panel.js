/**
 * The list of the client's jobs: their state, the time that is left, and buttons to open and to delete them.
 *
 * @module
 */
import { isOver } from "./api.js";
import { byId } from "./dom.js";
import { duration } from "./work_panel.js";

/** Pause between two looks at the list while it is open. */
const POLL_MILLISECONDS = 3000;
/** The most that the server lists at once. */
const MOST_JOBS = 500;

/** The list, read while it is unfolded. */
export class JobsPanel {
  #details = byId("jobs", HTMLDetailsElement);
  #list = byId("jobList", HTMLUListElement);
  #note = byId("jobsNote", HTMLElement);
  #more = byId("moreJobs", HTMLButtonElement);
  #api;
  #onOpen;
  /** @type {import("./api.js").Job[]} */
  #jobs = [];
  /** How many jobs the user has asked for. */
  #limit = 20;
  /** The job that is deleted when its button is pressed once more. @type {string | null} */
  #doomed = null;
  #timer = 0;
  /** What was drawn, so that a list that is the same keeps its focus and is not read out again. */
  #drawn = "";

  /**
   * @param {import("./api.js").Api} api
   * @param {(job: import("./api.js").Job) => void} onOpen
   */
  constructor(api, onOpen) {
    this.#api = api;
    this.#onOpen = onOpen;
    this.#details.addEventListener("toggle", () => this.refresh());
    this.#more.addEventListener("click", () => {
      this.#limit = Math.min(MOST_JOBS, 2 * this.#limit);
      this.refresh();
    });
  }

  /** Reads the list again, if it is open. */
  async refresh() {
    clearTimeout(this.#timer);
    if (!this.#details.open) return;
    try {
      const response = await this.#api.request(`/v1/jobs?limit=${this.#limit}`);
      const { jobs, next } = await response.json();
      this.#jobs = jobs;
      this.#more.hidden = next === null || this.#limit === MOST_JOBS;
      const isCut = next !== null && this.#limit === MOST_JOBS;
      this.#say(jobs.length === 0 ? "There are none." : isCut ? "These are the newest." : "");
    } catch (error) {
      this.#jobs = [];
      // A server that cannot tell its clients apart lists no jobs, and says why.
      this.#say(/** @type {Error} */ (error).message);
    }
    this.#draw();
    // Two calls may have been under way.
    clearTimeout(this.#timer);
    if (this.#jobs.length > 0) this.#timer = setTimeout(() => this.refresh(), POLL_MILLISECONDS);
  }

  /** @param {string} text */
  #say(text) {
    if (this.#note.textContent !== text) this.#note.textContent = text;
    this.#note.hidden = text === "";
  }

  #draw() {
    const now = JSON.stringify([this.#jobs, this.#doomed]);
    if (now === this.#drawn) return;
    this.#drawn = now;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.key;
    this.#list.replaceChildren(...this.#jobs.map((job) => this.#row(job)));
    const buttons = [...this.#list.querySelectorAll("button")];
    if (focused) buttons.find(({ dataset }) => dataset.key === focused)?.focus();
  }

  /** @param {import("./api.js").Job} job */
  #row(job) {
    const item = document.createElement("li");
    const [name, state] = [document.createElement("span"), document.createElement("span")];
    name.textContent = name.title = job.scan;
    state.className = "quiet";
    state.textContent = stateOf(job);
    state.title = `${job.method}, ${new Date(job.createdAt).toLocaleString()}`;
    const what = isOver(job) ? "Delete" : "Stop";
    item.append(
      name,
      state,
      this.#button(job, "Open", () => this.#onOpen(job)),
      this.#button(job, this.#doomed === job.id ? `${what}?` : what, () => this.#remove(job)),
    );
    return item;
  }

  /**
   * @param {import("./api.js").Job} job
   * @param {string} text
   * @param {() => void} action
   */
  #button({ id, scan }, text, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.ariaLabel = `${text} ${scan}`;
    button.dataset.key = `${id} ${text === "Open"}`;
    button.addEventListener("click", action);
    return button;
  }

  /** Deletes a job when it is asked twice, since its result is gone with it. @param {import("./api.js").Job} job */
  async #remove({ id, links }) {
    if (this.#doomed !== id) {
      this.#doomed = id;
      this.#draw();
      return;
    }
    this.#doomed = null;
    try {
      await this.#api.request(links.self, { method: "DELETE" });
    } catch {
      // It is gone already, or the next look says why the server cannot be reached.
    }
    await this.refresh();
  }
}

/** @param {import("./api.js").Job} job */
function stateOf({ state, progress }) {
  const left = progress?.secondsLeft;
  return state !== "running" || left === undefined ? state : `${state}, ${duration(left)} left`;
}
