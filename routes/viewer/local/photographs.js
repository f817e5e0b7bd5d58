/**
 * The photographs of the chosen files: a strip of thumbnails, each decoded when it comes into sight; in them the point
 * that was picked; and one at a time enlarged, with the labels over it.
 *
 * @module
 */
import { byId } from "../dom.js";
import { cameraOf, projector, sees } from "./projection.js";
import { drawLabels } from "./label_overlay.js";

/** Height of a thumbnail in pixels. */
const THUMBNAIL = 168;
/** Longest side of an enlarged photograph. */
const ENLARGED = 1600;

/**
 * A photograph with its place in the strip.
 *
 * @typedef {object} Shown
 * @property {import("../intake.js").NamedFile} photo
 * @property {import("./cameras.js").Camera | undefined} camera
 * @property {HTMLLIElement} item
 * @property {HTMLElement} marker
 */

/** The strip. */
export class Photographs {
  #strip = byId("photographs", HTMLElement);
  #dialog = byId("photograph", HTMLDialogElement);
  #large = byId("photographCanvas", HTMLCanvasElement);
  #name = byId("photographName", HTMLElement);
  #withLabels = byId("photographLabels", HTMLInputElement);
  /** @type {Shown[]} */
  #shown = [];
  /** @type {import("../cloud.js").Points | null} */
  #points = null;
  /** @type {((index: number) => import("../colors.js").Rgb | null) | null} */
  #colorOf = null;
  /** @type {Shown | null} */
  #open = null;
  #observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#observer.unobserve(target);
      const shown = this.#shown.find(({ item }) => item === target);
      if (shown) drawThumbnail(shown);
    }
  });

  constructor() {
    this.#withLabels.addEventListener("change", () => this.#enlarge());
  }

  /**
   * Shows photographs in the place of others.
   *
   * @param {readonly import("../intake.js").NamedFile[]} photos
   * @param {readonly import("./cameras.js").Camera[]} cameras
   */
  show(photos, cameras) {
    this.#observer.disconnect();
    this.#shown = photos.map((photo) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      const canvas = document.createElement("canvas");
      const marker = document.createElement("i");
      const caption = document.createElement("span");
      [canvas.width, canvas.height] = [(THUMBNAIL * 4) / 3, THUMBNAIL];
      button.type = "button";
      button.title = button.ariaLabel = photo.name;
      caption.textContent = photo.name.split("/").at(-1) ?? photo.name;
      marker.hidden = true;
      button.append(canvas, marker);
      item.append(button, caption);
      const shown = { photo, camera: cameraOf(photo.name, cameras), item, marker };
      button.addEventListener("click", () => {
        this.#open = shown;
        this.#enlarge();
        this.#dialog.showModal();
      });
      return shown;
    });
    this.#strip.replaceChildren(...this.#shown.map(({ item }) => item));
    this.#strip.hidden = photos.length === 0;
    for (const { item } of this.#shown) this.#observer.observe(item);
  }

  /**
   * Says which points the photographs show.
   *
   * @param {import("../cloud.js").Points | null} points null where the photographs are of another scan; they are hidden.
   * @param {((index: number) => import("../colors.js").Rgb | null) | null} colorOf the colour of a point's label; null
   * for one that is hidden, or while there are no labels.
   */
  setPoints(points, colorOf) {
    this.#points = points;
    this.#colorOf = colorOf;
    this.#strip.hidden = points === null || this.#shown.length === 0;
    this.mark(null);
  }

  /** Knows of no points until there are others; the photographs stay. */
  forget() {
    this.mark(null);
    this.#points = this.#colorOf = null;
  }

  /** Marks a place in the photographs that see it. @param {readonly number[] | null} place in the scan's coordinates */
  mark(place) {
    for (const { camera, item, marker } of this.#shown) {
      const at = place && camera && !camera.bent && this.#points
        ? sees(camera, place, this.#points)
        : null;
      marker.hidden = at === null;
      item.classList.toggle("blind", place !== null && at === null);
      if (!at || !camera) continue;
      marker.style.left = `${(100 * (at[0] + 0.5)) / camera.width}%`;
      marker.style.top = `${(100 * (at[1] + 0.5)) / camera.height}%`;
    }
    if (place) this.#strip.scrollLeft = 0;
  }

  async #enlarge() {
    if (!this.#open) return;
    const { photo, camera } = this.#open;
    const canvas = this.#large;
    delete canvas.dataset.drawn;
    this.#name.textContent = camera?.bent
      ? `${photo.name}: its lens bends lines, so labels are not drawn over it`
      : photo.name;
    const colorOf = this.#colorOf;
    this.#withLabels.disabled = !colorOf || !camera || camera.bent;
    await drawPhoto(canvas, photo.file, camera, ENLARGED, ENLARGED);
    const context = canvas.getContext("2d");
    if (context && camera && colorOf && this.#points && this.#withLabels.checked && !camera.bent) {
      drawLabels(context, projector(camera, canvas.width), this.#points, colorOf);
    }
    canvas.dataset.drawn = "";
  }
}

/** @param {Shown} shown */
async function drawThumbnail({ photo, camera, item }) {
  const canvas = item.querySelector("canvas");
  if (!canvas) return;
  try {
    await drawPhoto(canvas, photo.file, camera, Infinity, THUMBNAIL);
    canvas.dataset.drawn = "";
  } catch {
    // The server says what is wrong with it.
    item.title = `${photo.name} cannot be decoded`;
  }
}

/**
 * Draws a photograph, as it is stored if that has the shape of its camera, else as its EXIF orientation says. Canvases
 * are drawn on, since the page may load no pictures from anywhere but its server.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {File} file
 * @param {import("./cameras.js").Camera | undefined} camera
 * @param {number} width greatest
 * @param {number} height greatest
 */
async function drawPhoto(canvas, file, camera, width, height) {
  let bitmap = await createImageBitmap(file, camera ? { imageOrientation: "none" } : {});
  if (camera && (camera.width > camera.height) !== (bitmap.width > bitmap.height)) {
    bitmap = await createImageBitmap(file);
  }
  const scale = Math.min(1, width / bitmap.width, height / bitmap.height);
  canvas.width = Math.max(1, Math.round(scale * bitmap.width));
  canvas.height = Math.max(1, Math.round(scale * bitmap.height));
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
}
