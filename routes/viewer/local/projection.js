/**
 * Where points fall in photographs, and which photographs see them.
 *
 * @module
 */

/** Points that are asked whether they hide another. */
const OCCLUDERS = 300_000;
/** What lies nearer than this fraction of a point's depth may hide it. */
const NEARER = 0.97;
/** Distance in the picture within which a point hides another, as a fraction of the picture's width. */
const REACH = 0.004;

/**
 * Finds the camera of a photograph: of those with the same name, with or without extension, the one that shares most
 * folders.
 *
 * @param {string} photo
 * @param {readonly import("./cameras.js").Camera[]} cameras
 * @returns {import("./cameras.js").Camera | undefined}
 */
export function cameraOf(photo, cameras) {
  const parts = (/** @type {string} */ path) => path.toLowerCase().split(/[/\\]/).reverse();
  const bare = (/** @type {string} */ name) => name.replace(/\.[a-z]\w{1,4}$/, "");
  const [own, ...folders] = parts(photo);
  const likeness = cameras.filter(({ file }) => bare(parts(file)[0]) === bare(own))
    .map((camera) => {
      const [name, ...others] = parts(camera.file);
      const differs = others.findIndex((folder, i) => folder !== folders[i]);
      return { camera, score: (differs < 0 ? others.length : differs) + (name === own ? 0.5 : 0) };
    });
  return likeness.sort((a, b) => b.score - a.score)[0]?.camera;
}

/**
 * Returns a function that projects places of the scan into a picture of a width: right, down and depth in `out`, which is
 * what it returns.
 *
 * @param {import("./cameras.js").Camera} camera
 * @param {number} [width] of the picture in pixels; that of the camera by default
 * @returns {(x: number, y: number, z: number, out: number[]) => number[]}
 */
export function projector(camera, width = camera.width) {
  const { fx, fy, cx, cy, worldToCamera: m } = camera;
  const scale = width / camera.width;
  return (x, y, z, out) => {
    const depth = m[8] * x + m[9] * y + m[10] * z + m[11];
    const right = m[0] * x + m[1] * y + m[2] * z + m[3];
    const down = m[4] * x + m[5] * y + m[6] * z + m[7];
    out[0] = scale * ((fx * right) / depth + cx + 0.5) - 0.5;
    out[1] = scale * ((fy * down) / depth + cy + 0.5) - 0.5;
    out[2] = depth;
    return out;
  };
}

/**
 * Returns the pixel at which a camera sees a place, or null: it lies outside the picture, behind the camera, or behind
 * points that are nearer.
 *
 * @param {import("./cameras.js").Camera} camera
 * @param {readonly number[]} place
 * @param {import("../cloud.js").Points} points
 * @returns {[number, number] | null}
 */
export function sees(camera, [x, y, z], { positions, origin }) {
  const project = projector(camera);
  const [right, down, depth] = project(x, y, z, []);
  const { width, height } = camera;
  const inside = depth > 0 && right > -0.5 && right < width - 0.5 && down > -0.5 &&
    down < height - 0.5;
  if (!inside) return null;
  const reach = REACH * width;
  const out = [0, 0, 0];
  const last = 3 * Math.min(OCCLUDERS, positions.length / 3);
  for (let i = 0; i < last; i += 3) {
    project(
      origin[0] + positions[i],
      origin[1] + positions[i + 1],
      origin[2] + positions[i + 2],
      out,
    );
    if (
      out[2] > 0 && out[2] < NEARER * depth && Math.abs(out[0] - right) < reach &&
      Math.abs(out[1] - down) < reach
    ) return null;
  }
  return [right, down];
}
