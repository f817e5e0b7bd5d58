/**
 * Points that the server suggests to correct first, one after the other.
 *
 * @module
 */
import { byId } from "../dom.js";
import { percent, whole } from "../legend.js";

/** Points that are fetched at once. */
const COUNT = 50;

/**
 * @typedef {object} SuggestionActions
 * @property {(count: number) => Promise<import("../api.js").Suggestion[]>} suggest
 * @property {(row: number, label: number | null) => void} correct gives a row a class; null for the chosen one
 * @property {(text: string) => void} fail
 */

/** The panel. */
export class SuggestionPanel {
  #next = byId("nextSuggestion", HTMLButtonElement);
  #right = byId("rightSuggestion", HTMLButtonElement);
  #wrong = byId("wrongSuggestion", HTMLButtonElement);
  #text = byId("suggestion", HTMLElement);
  /** @type {import("../api.js").Suggestion[]} */
  #points = [];
  #at = -1;
  #picture;
  #actions;

  /**
   * @param {import("../cloud_panel.js").CloudPanel} picture
   * @param {SuggestionActions} actions
   */
  constructor(picture, actions) {
    this.#picture = picture;
    this.#actions = actions;
    this.#next.addEventListener("click", () => this.#advance());
    this.#right.addEventListener("click", () => this.#answer(true));
    this.#wrong.addEventListener("click", () => this.#answer(false));
  }

  /** Forgets the suggestions of a result. */
  clear() {
    this.#points = [];
    this.#at = -1;
    this.#draw();
  }

  /** Answers by a key. @param {string} key @returns {boolean} whether it is one of these. */
  key(key) {
    if (key === "n") this.#advance();
    else if (key === "y" && this.#at >= 0) this.#answer(true);
    else if (key === "x" && this.#at >= 0) this.#answer(false);
    else return false;
    return true;
  }

  async #advance() {
    try {
      if (this.#points.length === 0) {
        this.#points = await this.#actions.suggest(COUNT);
        if (this.#points.length === 0) throw new Error("there are none for this result");
      }
      this.#at = (this.#at + 1) % this.#points.length;
      this.#picture.goTo(this.#points[this.#at].position);
      this.#draw();
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      this.#actions.fail(`Cannot suggest points: ${message}`);
    }
  }

  /** @param {boolean} isRight */
  #answer(isRight) {
    const { point, label } = this.#points[this.#at];
    this.#actions.correct(point, isRight ? label : null);
    this.#advance();
  }

  #draw() {
    const shown = this.#points[this.#at];
    for (const button of [this.#right, this.#wrong]) button.hidden = !shown;
    this.#text.hidden = !shown;
    if (!shown) return;
    const { class: name, confidence } = shown;
    const place = `${whole(this.#at + 1)} of ${whole(this.#points.length)}`;
    this.#text.textContent = `Suggestion ${place}: ${name}, ${percent(confidence)}`;
  }
}
