/**
 * A box outside of which points are not drawn, set by two sliders for each axis.
 *
 * @module
 */
import { byId } from "../dom.js";

/** The sliders. */
export class ClipBox {
  #inputs = [...byId("clip", HTMLDetailsElement).querySelectorAll("input")];

  /** @param {() => void} onChange */
  constructor(onChange) {
    for (const input of this.#inputs) input.addEventListener("input", onChange);
    byId("unclip", HTMLButtonElement).addEventListener("click", () => {
      this.open();
      onChange();
    });
  }

  /** Moves all sliders to their ends. */
  open() {
    for (const input of this.#inputs) input.value = input.dataset.end === "least" ? "0" : "1";
  }

  /**
   * Returns the box. A slider at its end cuts nothing, not even outliers.
   *
   * @param {{least: number[], greatest: number[]}} extent of the points
   */
  of({ least, greatest }) {
    /** @param {"least" | "greatest"} end */
    const corner = (end) =>
      least.map((low, axis) => {
        const part = this.#part(axis, end);
        if (part === (end === "least" ? 0 : 1)) return end === "least" ? -Infinity : Infinity;
        return low + part * (greatest[axis] - low);
      });
    return { least: corner("least"), greatest: corner("greatest") };
  }

  /**
   * @param {number} axis
   * @param {string} end
   */
  #part(axis, end) {
    const input = this.#inputs.find(({ dataset }) =>
      dataset.axis === `${axis}` && dataset.end === end
    );
    return input?.valueAsNumber ?? 0;
  }
}
