/**
 * Thumbnails of photographs, each decoded when it comes into sight.
 *
 * @module
 */

/** Longest side in pixels. */
const SIDE = 220;

/**
 * Returns an item of a list for each photograph. They are drawn on canvases, since the page may load no pictures from
 * anywhere but its server.
 *
 * @param {readonly import("../intake.js").NamedFile[]} photos
 * @returns {HTMLLIElement[]}
 */
export function thumbnailsOf(photos) {
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      const photo = photos[Number(/** @type {HTMLElement} */ (target).dataset.photo)];
      draw(/** @type {HTMLCanvasElement} */ (target.querySelector("canvas")), photo.file);
    }
  });
  return photos.map(({ name }, index) => {
    const item = document.createElement("li");
    const canvas = document.createElement("canvas");
    const caption = document.createElement("span");
    item.dataset.photo = `${index}`;
    [canvas.width, canvas.height] = [SIDE, (SIDE * 3) / 4];
    canvas.role = "img";
    canvas.ariaLabel = item.title = name;
    caption.textContent = name.split("/").at(-1) ?? name;
    item.append(canvas, caption);
    observer.observe(item);
    return item;
  });
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {File} file
 */
async function draw(canvas, file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(scale * bitmap.width));
    canvas.height = Math.max(1, Math.round(scale * bitmap.height));
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    canvas.dataset.drawn = "";
  } catch {
    // The server says what is wrong with it.
    canvas.ariaLabel = `${canvas.ariaLabel} cannot be decoded`;
  }
}
