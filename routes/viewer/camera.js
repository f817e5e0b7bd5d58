/**
 * A camera that turns around a point, z up. Matrices are column-major, as WebGL takes them.
 *
 * @module
 */

/** Angle from bottom to top of the picture. */
const FIELD_OF_VIEW = (45 * Math.PI) / 180;
const STEEPEST = Math.PI / 2 - 0.001;

/** Where the camera stands; units of the scan. */
export class OrbitCamera {
  /** What it looks at. @type {number[]} */
  target = [0, 0, 0];
  /** Around z, from x to y, of the camera as seen from its target. */
  azimuth = -Math.PI / 3;
  /** Above the horizon. */
  elevation = Math.PI / 5;
  distance = 1;
  /** Of the sphere that holds what is shown. */
  #radius = 1;

  /**
   * Looks at a box from a corner, so that all of it is in the picture.
   *
   * @param {readonly number[]} least
   * @param {readonly number[]} greatest
   * @param {number} aspect width to height of the picture.
   */
  frame(least, greatest, aspect) {
    const size = [0, 1, 2].map((i) => greatest[i] - least[i]);
    this.#radius = Math.max(Math.hypot(...size) / 2, 1e-3);
    this.target = [0, 1, 2].map((i) => least[i] + size[i] / 2);
    const half = Math.atan(Math.tan(FIELD_OF_VIEW / 2) * Math.min(1, aspect));
    this.distance = (1.05 * this.#radius) / Math.sin(half);
    this.azimuth = -Math.PI / 3;
    this.elevation = Math.PI / 5;
  }

  /**
   * @param {number} azimuth
   * @param {number} elevation
   */
  turn(azimuth, elevation) {
    this.azimuth += azimuth;
    this.elevation = Math.max(-STEEPEST, Math.min(STEEPEST, this.elevation + elevation));
  }

  /** Looks straight down. */
  lookDown() {
    this.azimuth = -Math.PI / 2;
    this.elevation = STEEPEST;
  }

  /** @param {number} factor below 1 comes nearer. */
  zoom(factor) {
    const { distance } = this;
    this.distance = Math.max(this.#radius / 1e4, Math.min(this.#radius * 50, distance * factor));
  }

  /**
   * Moves the target in the plane of the picture.
   *
   * @param {number} right in heights of the picture
   * @param {number} up
   */
  pan(right, up) {
    const scale = 2 * this.distance * Math.tan(FIELD_OF_VIEW / 2);
    const axes = this.#axes();
    for (let i = 0; i < 3; i++) {
      this.target[i] += scale * (right * axes.right[i] + up * axes.up[i]);
    }
  }

  /** How many heights of the picture one unit takes at a distance of one unit. */
  get scale() {
    return 1 / (2 * Math.tan(FIELD_OF_VIEW / 2));
  }

  /** Distances between which there is something to see. */
  get range() {
    const near = Math.max(this.distance - 4 * this.#radius, this.distance / 100);
    return { near, far: this.distance + 20 * this.#radius };
  }

  /**
   * From the scan's coordinates to the clip space of WebGL.
   *
   * @param {number} aspect
   * @returns {Float32Array} [16]
   */
  matrix(aspect) {
    const { right, up, back } = this.#axes();
    const eye = this.target.map((value, i) => value + this.distance * back[i]);
    const { near, far } = this.range;
    const f = 2 * this.scale;
    const rows = [
      row(right, eye, f / aspect),
      row(up, eye, f),
      row(back, eye, -(far + near) / (far - near)),
      row(back, eye, -1),
    ];
    rows[2][3] -= (2 * far * near) / (far - near);
    return Float32Array.from({ length: 16 }, (_, i) => rows[i % 4][i >> 2]);
  }

  #axes() {
    const [c, s] = [Math.cos(this.azimuth), Math.sin(this.azimuth)];
    const [ce, se] = [Math.cos(this.elevation), Math.sin(this.elevation)];
    return {
      right: [-s, c, 0],
      up: [-se * c, -se * s, ce],
      back: [ce * c, ce * s, se],
    };
  }
}

/**
 * The part of a point along an axis, seen from the eye, as a row of a matrix.
 *
 * @param {number[]} axis
 * @param {number[]} eye
 * @param {number} factor
 */
function row(axis, eye, factor) {
  const offset = axis.reduce((sum, value, i) => sum + value * eye[i], 0);
  return [...axis.map((value) => factor * value), -factor * offset];
}
