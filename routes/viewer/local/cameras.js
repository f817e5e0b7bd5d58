/**
 * Reads cameras in the browser, for a picture before anything is sent: `cameras.json`, `transforms.json` of nerfstudio and
 * the models of COLMAP. The server reads more formats and checks what it reads.
 *
 * @module
 */
import { colmapCameras } from "./colmap.js";

/**
 * A camera: x right, y down, z forward; the centre of the first pixel is (0, 0).
 *
 * @typedef {object} Camera
 * @property {string} file name of its photograph
 * @property {number} width
 * @property {number} height
 * @property {number} fx
 * @property {number} fy
 * @property {number} cx
 * @property {number} cy
 * @property {number[]} worldToCamera [4][4] row by row
 * @property {boolean} bent whether its lens is none that straight lines describe
 */

/** Names of coefficients that bend straight lines. */
const BENDING = ["k1", "k2", "k3", "k4", "p1", "p2"];

/**
 * Reads cameras of the files that hold any in a format that is known here.
 *
 * @param {readonly import("../intake.js").NamedFile[]} files
 * @returns {Promise<Camera[]>}
 */
export async function readCameraFiles(files) {
  const cameras = [];
  for (const { name, file } of files.filter(({ name }) => /\.json$/i.test(name))) {
    try {
      cameras.push(...jsonCameras(JSON.parse(await file.text())));
    } catch {
      console.info(`The cameras of ${name} are shown once the server has read them`);
    }
  }
  return [...cameras, ...await colmapCameras(files)].filter(isWhole);
}

/** Whether all numbers are there. @param {Camera} camera */
function isWhole({ width, height, fx, fy, cx, cy, worldToCamera }) {
  return [width, height, fx, fy].every((value) => value > 0) && worldToCamera.length === 16 &&
    [cx, cy, ...worldToCamera].every(Number.isFinite);
}

/**
 * @param {any} json
 * @returns {Camera[]}
 */
function jsonCameras({ images, frames, ...shared }) {
  if (images) return images.map(ownCamera);
  return (frames ?? []).map((/** @type {any} */ frame) =>
    nerfstudioCamera({ ...shared, ...frame })
  );
}

/**
 * An image of `cameras.json`.
 *
 * @param {any} image
 * @returns {Camera}
 */
function ownCamera(image) {
  const { width, lens = "pinhole" } = image;
  const around = lens === "equirectangular";
  return {
    ...image,
    ...(around ? middle(image, width / 2 / Math.PI) : {}),
    bent: lens !== "pinhole",
  };
}

/**
 * A frame of `transforms.json`: camera to world, y up, z backward, pixels counted from their corners.
 *
 * @param {any} frame
 * @returns {Camera}
 */
function nerfstudioCamera(frame) {
  const { transform_matrix, fl_x, camera_angle_x, camera_model = "" } = frame;
  const [cx, cy] = [Number(frame.cx), Number(frame.cy)];
  // Where there is no size, the principal point says it well enough for a picture.
  const width = frame.w ?? (cx ? 2 * cx : 4);
  const height = frame.h ?? (cy ? 2 * cy : 3);
  const around = camera_model === "EQUIRECTANGULAR";
  const fx = around ? width / 2 / Math.PI : fl_x ?? width / 2 / Math.tan(camera_angle_x / 2);
  const m = [...transform_matrix.flat().slice(0, 12), 0, 0, 0, 1];
  // Axes y down and z forward; then the inverse of the motion.
  const axes = [0, 1, 2].map((column) =>
    [0, 1, 2].map((row) => (column === 0 ? 1 : -1) * m[4 * row + column])
  );
  const centre = [m[3], m[7], m[11]];
  return {
    file: frame.file_path,
    width,
    height,
    ...middle({ width, height }, fx),
    ...(cx && cy ? { cx: cx - 0.5, cy: cy - 0.5 } : {}),
    fy: frame.fl_y ?? fx,
    worldToCamera: [
      ...axes.flatMap((axis) => [...axis, -axis.reduce((sum, v, i) => sum + v * centre[i], 0)]),
      ...[0, 0, 0, 1],
    ],
    bent: around || /FISHEYE/.test(camera_model) || frame.is_fisheye ||
      BENDING.some((name) => Number(frame[name] ?? 0) !== 0),
  };
}

/**
 * @param {{width: number, height: number}} size
 * @param {number} focal
 */
function middle({ width, height }, focal) {
  return { fx: focal, fy: focal, cx: width / 2 - 0.5, cy: height / 2 - 0.5 };
}
