/**
 * A camera that orbits a point and keeps the scan's up direction up in the picture. Matrices are column-major, as WebGL
 * takes them.
 *
 * @module
 */

/** Vertical angle of view. */
const FIELD_OF_VIEW = (45 * Math.PI) / 180;
/** Ratio of the distance to the least one that shows everything. */
const MARGIN = 1.1;
/** Greatest elevation: just short of straight down, where the azimuth would be undefined. */
const STEEPEST = Math.PI / 2 - 0.001;

/**
 * The directions east, north and up, by the axis of the scan that is up.
 *
 * @typedef {"z" | "y" | "-y"} Up
 * @type {Record<Up, {east: number[], north: number[], up: number[]}>}
 */
export const FRAMES = {
  z: { east: [1, 0, 0], north: [0, 1, 0], up: [0, 0, 1] },
  y: { east: [1, 0, 0], north: [0, 0, -1], up: [0, 1, 0] },
  "-y": { east: [1, 0, 0], north: [0, 0, 1], up: [0, -1, 0] },
};

/** A camera on a sphere around its target, in units of the scan. */
export class OrbitCamera {
  /** The point in the middle of the picture. @type {number[]} */
  target = [0, 0, 0];
  /** @type {Up} */
  up = "z";
  /** Angle of the camera around the up direction, from east to north. */
  azimuth = -Math.PI / 3;
  /** Angle of the camera above the horizon. */
  elevation = Math.PI / 5;
  distance = 1;
  /** Radius of the sphere that encloses what is shown. */
  #radius = 1;

  /**
   * Looks at a box from one corner, so that all of it is in the picture.
   *
   * @param {readonly number[]} least
   * @param {readonly number[]} greatest
   * @param {number} aspect ratio of the picture's width to its height.
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
   * Orbits the target by these angles.
   *
   * @param {number} azimuth
   * @param {number} elevation
   */
  orbit(azimuth, elevation) {
    this.azimuth += azimuth;
    this.elevation = Math.max(-STEEPEST, Math.min(STEEPEST, this.elevation + elevation));
  }

  /** Looks straight down. */
  lookDown() {
    this.azimuth = -Math.PI / 2;
    this.elevation = STEEPEST;
  }

  /** Multiplies the distance. @param {number} factor below 1 to come nearer. */
  zoom(factor) {
    const { distance } = this;
    this.distance = Math.max(this.#radius / 1e4, Math.min(this.#radius * 50, distance * factor));
  }

  /**
   * Moves the target in the plane of the picture.
   *
   * @param {number} right in units of the picture's height
   * @param {number} up
   */
  pan(right, up) {
    const scale = 2 * this.distance * Math.tan(FIELD_OF_VIEW / 2);
    const axes = this.#axes();
    for (let i = 0; i < 3; i++) {
      this.target[i] += scale * (right * axes.right[i] + up * axes.up[i]);
    }
  }

  /** Size of one unit at a distance of one unit, relative to the picture's height. */
  get scale() {
    return 1 / (2 * Math.tan(FIELD_OF_VIEW / 2));
  }

  /** The least and the greatest distance at which points are drawn. */
  get range() {
    const near = Math.max(this.distance - 4 * this.#radius, this.distance / 100);
    return { near, far: this.distance + 20 * this.#radius };
  }

  /**
   * Returns the transformation from the scan's coordinates to the clip space of WebGL.
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
    /** @param {number[]} parts along east, north and up */
    const direction = ([e, n, u]) => east.map((_, i) => e * east[i] + n * north[i] + u * up[i]);
    return {
      right: direction([-s, c, 0]),
      up: direction([-se * c, -se * s, ce]),
      back: direction([ce * c, ce * s, se]),
    };
  }
}

/**
 * Returns the row of a matrix that gives a point's coordinate along an axis, measured from the eye.
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
