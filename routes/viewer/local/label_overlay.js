/**
 * Labels over a photograph: each pixel has the colour of the nearest point that covers it.
 *
 * @module
 */

/** Opacity of labels, 255 for full. */
const OPACITY = 150;
/** Radius of a point, as a fraction of the picture's width. */
const RADIUS = 0.003;

/**
 * Draws the labels of points over a picture.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {(x: number, y: number, z: number, out: number[]) => number[]} project
 * @param {import("../cloud.js").Points} points
 * @param {(index: number) => import("../colors.js").Rgb | null} colorOf
 */
export function drawLabels(context, project, { count, positions, origin }, colorOf) {
  const { width, height } = context.canvas;
  const depths = new Float32Array(width * height).fill(Infinity);
  const layer = new ImageData(width, height);
  const radius = Math.max(1, Math.round(RADIUS * width));
  const at = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const p = 3 * i;
    project(
      origin[0] + positions[p],
      origin[1] + positions[p + 1],
      origin[2] + positions[p + 2],
      at,
    );
    const [column, row] = [Math.round(at[0]), Math.round(at[1])];
    const depth = at[2];
    if (!(depth > 0 && column >= 0 && column < width && row >= 0 && row < height)) continue;
    const color = colorOf(i);
    if (!color) continue;
    for (let y = Math.max(0, row - radius); y <= Math.min(height - 1, row + radius); y++) {
      for (let x = Math.max(0, column - radius); x <= Math.min(width - 1, column + radius); x++) {
        const pixel = y * width + x;
        if (depth >= depths[pixel]) continue;
        depths[pixel] = depth;
        layer.data.set(color, 4 * pixel);
        layer.data[4 * pixel + 3] = OPACITY;
      }
    }
  }
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.putImageData(layer, 0, 0);
  context.drawImage(canvas, 0, 0);
}
