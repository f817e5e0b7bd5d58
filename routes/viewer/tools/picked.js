/**
 * The point that was picked: what is known of it, how far it lies from the one before, and a button to copy that.
 *
 * @module
 */
import { byId } from "../dom.js";

/** The panel. It stays until it is closed. */
export class PickedPanel {
  #panel = byId("picked", HTMLElement);
  #text = byId("pickedText", HTMLElement);

  /** @param {() => void} onClose */
  constructor(onClose) {
    const copy = byId("copyPicked", HTMLButtonElement);
    // Browsers have no clipboard on pages that came without encryption; the text can be selected all the same.
    copy.hidden = !navigator.clipboard;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(this.#text.textContent ?? "");
      copy.textContent = "Copied";
      setTimeout(() => copy.textContent = "Copy", 1500);
    });
    byId("closePicked", HTMLButtonElement).addEventListener("click", onClose);
  }

  /** @param {string | null} text */
  show(text) {
    this.#text.textContent = text ?? "";
    this.#panel.hidden = text === null;
  }
}

/**
 * Says how far two places lie apart, in the units of the scan.
 *
 * @param {readonly number[]} from
 * @param {readonly number[]} to
 * @param {readonly number[]} up
 */
export function apart(from, to, up) {
  const way = to.map((value, i) => value - from[i]);
  const height = way.reduce((sum, value, i) => sum + value * up[i], 0);
  const distance = Math.hypot(...way);
  const level = Math.sqrt(Math.max(0, distance ** 2 - height ** 2));
  const [d, l, h] = [distance, level, height].map((value) => value.toFixed(3));
  return `from the point before: ${d}, level ${l}, height ${h}`;
}
