/**
 * A camera that turns around a point, with what is up in the scan up in the picture. Matrices are
 * column-major, as WebGL takes them.
 *
 * @module
 */

/** Angle from bottom to top of the picture. */
const FIELD_OF_VIEW = (45 * Math.PI) / 180;
/** Around what is framed. */
const MARGIN = 1.1;
const STEEPEST = Math.PI / 2 - 0.001;

/**
 * The direction of a scan that is up, with those that are east and north of it then.
 *
 * @typedef {"z" | "y" | "-y"} Up
 * @type {Record<Up, {east: number[], north: number[], up: number[]}>}
 */
export const FRAMES = {
  z: { east: [1, 0, 0], north: [0, 1, 0], up: [0, 0, 1] },
  y: { east: [1, 0, 0], north: [0, 0, -1], up: [0, 1, 0] },
  "-y": { east: [1, 0, 0], north: [0, 0, 1], up: [0, -1, 0] },
};

/** Where the camera stands; units of the scan. */
export class OrbitCamera {
  /** What it looks at. @type {number[]} */
  target = [0, 0, 0];
  /** @type {Up} */
  up = "z";
  /** Around what is up, from east to north, of the camera as seen from its target. */
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
    const half = least.map((low, i) => (greatest[i] - low) / 2);
    this.#radius = Math.max(Math.hypot(...half), 1e-3);
    this.target = least.map((low, i) => low + half[i]);
    this.azimuth = -Math.PI / 3;
    this.elevation = Math.PI / 5;
    const { right, up, back } = this.#axes();
    let distance = 0;
    for (let corner = 0; corner < 8; corner++) {
      const at = half.map((value, i) => ((corner >> i) & 1 ? value : -value));
      const across = Math.max(Math.abs(dot(right, at)) / aspect, Math.abs(dot(up, at)));
      distance = Math.max(distance, dot(back, at) + across * 2 * this.scale);
    }
    this.distance = MARGIN * Math.max(distance, this.#radius / 100);
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
    const { east, north, up } = FRAMES[this.up];
    /** @param {number[]} parts to the east, to the north and up */
    const direction = ([e, n, u]) => east.map((_, i) => e * east[i] + n * north[i] + u * up[i]);
    return {
      right: direction([-s, c, 0]),
      up: direction([-se * c, -se * s, ce]),
      back: direction([ce * c, ce * s, se]),
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
  return [...axis.map((value) => factor * value), -factor * dot(axis, eye)];
}

/**
 * @param {number[]} a
 * @param {number[]} b
 */
function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
