/**
 * Lines that are drawn with a cloud: the edges of its bounds, and the frusta of cameras.
 *
 * @module
 */

/** Depth of a frustum, as a fraction of the diagonal of the bounds. */
const DEPTH = 0.06;
/** Corners of a picture in the order of its outline, as fractions of its sides. */
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]];

/**
 * Returns the twelve edges of a box.
 *
 * @param {readonly number[]} least
 * @param {readonly number[]} greatest
 * @returns {number[]} [12][2][3] ends of lines
 */
export function boxLines(least, greatest) {
  const corner = (/** @type {number} */ bits) =>
    least.map((low, axis) => (bits >> axis) & 1 ? greatest[axis] : low);
  return [...Array(8).keys()].flatMap((bits) =>
    [1, 2, 4].filter((axis) => (bits & axis) === 0)
      .flatMap((axis) => [...corner(bits), ...corner(bits | axis)])
  );
}

/**
 * Returns the frusta of cameras: four edges from the centre, and the outline of the picture.
 *
 * @param {readonly import("./cameras.js").Camera[]} cameras
 * @param {number} diagonal of the bounds
 * @returns {number[]} [lines][2][3] ends of lines
 */
export function frustumLines(cameras, diagonal) {
  const depth = DEPTH * diagonal;
  return cameras.flatMap((camera) => {
    const { width, height, fx, fy, cx, cy } = camera;
    const centre = toWorld(camera, [0, 0, 0]);
    const corners = CORNERS.map(([right, down]) => {
      const pixel = [right * width - 0.5 - cx, down * height - 0.5 - cy];
      return toWorld(camera, [(depth * pixel[0]) / fx, (depth * pixel[1]) / fy, depth]);
    });
    return corners.flatMap((corner, i) => [
      ...[...centre, ...corner],
      ...[...corner, ...corners[(i + 1) % 4]],
    ]);
  });
}

/**
 * Returns a place before a camera in the coordinates of the scan.
 *
 * @param {import("./cameras.js").Camera} camera
 * @param {readonly number[]} place
 */
function toWorld({ worldToCamera: m }, place) {
  const moved = place.map((value, row) => value - m[4 * row + 3]);
  return [0, 1, 2].map((axis) =>
    moved.reduce((sum, part, row) => sum + m[4 * row + axis] * part, 0)
  );
}
