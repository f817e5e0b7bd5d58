/**
 * Draws a cloud with WebGL 2: up to a million points in each frame, or fewer while the camera moves on a slow GPU.
 *
 * @module
 */
import { FRAMES, OrbitCamera } from "./camera.js";
import { numberColor, objectNumber, ramp, UNKNOWN } from "./colors.js";
import { UNCORRECTED } from "./correct/corrections.js";
import { extentOf, heightsOf } from "./extent.js";
import {
  LINE_FRAGMENT,
  LINE_VERTEX,
  POINT_FRAGMENT,
  POINT_VERTEX,
  SHADE_FRAGMENT,
  SHADE_VERTEX,
} from "./shaders.js";

/**
 * What the colour of points shows, by its number in the shader.
 *
 * @typedef {keyof typeof MODES} PaneMode
 */
const MODES = {
  scan: 0,
  source: 1,
  adapted: 2,
  confidence: 3,
  changed: 4,
  height: 5,
  intensity: 6,
  original: 7,
  objects: 8,
};
/** What is shown; `beside` is the source model's labels and the adapted ones in two panes with one camera. */
/** @typedef {PaneMode | "beside"} Mode */
/** Where the shader takes what the user has said. */
const CORRECTED_LOCATION = 7;
/** Pixels between two panes. */
const GAP = 2;

/** While the camera moves, slower frames are followed by frames with fewer points, faster ones by frames with more. */
const SLOW_MILLISECONDS = 50;
const FAST_MILLISECONDS = 22;
const FEWEST_POINTS = 50_000;
/** After this time without movement, all points are drawn. */
const REST_MILLISECONDS = 150;
/** Distance in pixels within which the pointer picks a point. */
const PICK_RADIUS = 4;
/** Limits of a point's diameter. */
const LEAST_PIXELS = 1.5;
const MOST_PIXELS = 9;
const EDGE_STRENGTH = 30;
/** Lines farther from the cloud than this many of its diagonals do not count for what is framed. */
const FARTHEST_LINES = 2;

/**
 * Lines of one colour.
 *
 * @typedef {object} Lines
 * @property {readonly number[]} ends [lines][2][3] in the coordinates of the scan
 * @property {import("./colors.js").Rgb} color
 */

/** The picture of one cloud. */
export class PointView {
  camera = new OrbitCamera();
  /** @type {Mode} */
  mode = "adapted";
  /** Factor for the size of points. */
  pointScale = 1;
  /** Whether edges are shaded. */
  shaded = true;
  /** Height above which points are not drawn. */
  ceiling = Infinity;
  /** The box outside of which points are not drawn, relative to the origin. */
  clip = {
    least: [-Infinity, -Infinity, -Infinity],
    greatest: [Infinity, Infinity, Infinity],
  };
  /** Heights at the ends of the ramp of colours. */
  heightRange = [0, 1];
  /** @type {import("./colors.js").Rgb} */
  background = [255, 255, 255];
  /** @type {import("./colors.js").Rgb} */
  unchanged = [200, 200, 200];
  /** Called whenever all points have been drawn. @type {() => void} */
  onDrawn = () => {};

  #canvas;
  #gl;
  #points;
  #line;
  #shade;
  #palette;
  /** @type {Target | null} */
  #target = null;
  /** @type {import("./cloud.js").Points | null} */
  #cloud = null;
  #extent = extentOf(new Float32Array(3));
  /** @type {{array: WebGLVertexArrayObject, buffer: WebGLBuffer, count: number, tint: number[]}[]} */
  #lines = [];
  /** The box that is framed: the extent with the lines near it. */
  #framed = this.#extent;
  /** @type {WebGLVertexArrayObject | null} */
  #array = null;
  /** @type {WebGLBuffer[]} */
  #buffers = [];
  /** Whether dragging paints, and does not orbit. */
  paints = false;
  /** Most points in a frame while the camera moves. */
  #budget = Infinity;
  #asked = 0;
  /** Wait for the next picture with all points. @type {((picture: Blob | null) => void)[]} */
  #takers = [];
  /** Whether the camera has moved since the last frame. */
  #moved = false;
  #lastMove = -Infinity;
  /** Time of the last frame if the camera was moving. @type {number | null} */
  #lastFrame = null;
  /** Smoothed milliseconds between frames while the camera moves. */
  #pace = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @throws {TypeError} where the browser has no WebGL 2.
   */
  constructor(canvas) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: false, depth: false });
    if (!gl) throw new TypeError("Cannot draw the cloud: this browser has no WebGL 2");
    this.#canvas = canvas;
    this.#gl = gl;
    this.#points = new Program(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.#line = new Program(gl, LINE_VERTEX, LINE_FRAGMENT);
    this.#shade = new Program(gl, SHADE_VERTEX, SHADE_FRAGMENT);
    this.#palette = texture(gl);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, 256, 3);
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  /** The heights of the cloud; see `heightsOf`. */
  get heights() {
    return heightsOf(this.#cloud?.positions ?? new Float32Array(3), FRAMES[this.camera.up]);
  }

  /**
   * Shows a cloud, as a whole unless it is to be seen as the one before.
   *
   * @param {import("./cloud.js").Points & Partial<import("./cloud.js").Labelling>} cloud
   * @param {readonly Lines[]} lines
   * @param {boolean} keepsView
   */
  show(cloud, lines = [], keepsView = false) {
    const gl = this.#gl;
    this.#cloud = cloud;
    this.#extent = extentOf(cloud.positions);
    this.#budget = cloud.count;
    for (const buffer of this.#buffers) gl.deleteBuffer(buffer);
    gl.deleteVertexArray(this.#array);
    this.#array = gl.createVertexArray();
    gl.bindVertexArray(this.#array);
    const none = new Uint8Array(cloud.count);
    const { positions, color, source = none, label = none, confidence = none } = cloud;
    const [intensity, original] = [cloud.intensity ?? none, cloud.original ?? none];
    const corrected = new Uint8Array(cloud.count).fill(UNCORRECTED);
    const objects = cloud.instances ? Uint8Array.from(cloud.instances, objectNumber) : none;
    const values = [positions, color, source, label, confidence, intensity, original];
    this.#buffers = [...values, corrected, objects]
      .map((values, location) => this.#attribute(location, values, cloud));
    this.setLines(lines);
    if (keepsView) return;
    this.ceiling = Infinity;
    this.frame();
  }

  /**
   * Shows what the user has said of points.
   *
   * @param {Uint8Array} corrected [M] class of every point, or `UNCORRECTED`
   */
  setCorrected(corrected) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers[CORRECTED_LOCATION]);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, corrected);
    this.redraw();
  }

  /** Draws lines with the cloud, in the place of earlier ones. @param {readonly Lines[]} lines */
  setLines(lines) {
    const gl = this.#gl;
    for (const { array, buffer } of this.#lines) {
      gl.deleteBuffer(buffer);
      gl.deleteVertexArray(array);
    }
    const { origin = [0, 0, 0] } = this.#cloud ?? {};
    const sets = lines.map(({ ends, color }) => ({
      ends: Float32Array.from(ends, (value, i) => value - origin[i % 3]),
      color,
    }));
    this.#framed = around(this.#extent, sets.map(({ ends }) => ends));
    this.#lines = sets.map(({ ends, color }) => {
      const [array, buffer] = [gl.createVertexArray(), gl.createBuffer()];
      gl.bindVertexArray(array);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.bufferData(gl.ARRAY_BUFFER, ends, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(0);
      gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
      return { array, buffer, count: ends.length / 3, tint: unit(color) };
    });
    this.redraw();
  }

  /** The box of the cloud without outliers, relative to its origin. */
  get extent() {
    return this.#extent;
  }

  /** Length of the cross at a place that was picked. */
  get crossLength() {
    return 6 * this.#extent.spacing;
  }

  /** Moves the camera so that all of the cloud is in the picture. */
  frame() {
    const { least, greatest } = this.#framed;
    this.camera.frame(least, greatest, this.#aspect());
    this.redraw();
  }

  /** Changes what is shown; what was in the picture stays in each pane. @param {Mode} mode */
  setMode(mode) {
    const before = this.#aspect();
    this.mode = mode;
    const after = this.#aspect();
    if (Math.min(before, after) < 1) this.camera.zoom(Math.min(1, before) / Math.min(1, after));
    this.redraw();
  }

  /** The ratio of a pane's width to its height. */
  #aspect() {
    const [{ box: [, , width, height] }] = this.#panes(
      this.#canvas.clientWidth,
      this.#canvas.clientHeight,
    );
    return width / height;
  }

  /**
   * The parts of the picture, each with what it shows: left, bottom, width and height.
   *
   * @param {number} width
   * @param {number} height
   * @returns {{mode: PaneMode, box: [number, number, number, number]}[]}
   */
  #panes(width, height) {
    if (this.mode !== "beside") return [{ mode: this.mode, box: [0, 0, width, height] }];
    const isWide = width >= height;
    const half = Math.max(1, Math.floor(((isWide ? width : height) - GAP) / 2));
    return isWide
      ? [
        { mode: "source", box: [0, 0, half, height] },
        { mode: "adapted", box: [width - half, 0, half, height] },
      ]
      : [
        { mode: "source", box: [0, height - half, width, half] },
        { mode: "adapted", box: [0, 0, width, half] },
      ];
  }

  /**
   * Sets the colours of classes.
   *
   * @param {readonly import("./colors.js").Rgb[]} colors
   * @param {ReadonlySet<number>} hidden classes not to draw.
   */
  setPalette(colors, hidden) {
    const gl = this.#gl;
    const texels = new Uint8Array(3 * 256 * 4);
    for (let i = 0; i < 256; i++) {
      texels.set([...(colors[i] ?? UNKNOWN), hidden.has(i) ? 0 : 255], 4 * i);
      texels.set([...ramp(i / 255), 255], 4 * (256 + i));
      texels.set([...numberColor(i), 255], 4 * (512 + i));
    }
    gl.bindTexture(gl.TEXTURE_2D, this.#palette);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 256, 3, gl.RGBA, gl.UNSIGNED_BYTE, texels);
    this.redraw();
  }

  /** Draws again after a change. @param {boolean} [moving] whether the user is moving the camera. */
  redraw(moving = false) {
    this.#moved ||= moving;
    this.#asked ||= requestAnimationFrame((time) => this.#frame(time));
  }

  /**
   * Finds the point that is drawn at a place of the canvas, or next to it.
   *
   * @param {number} x from the left, in CSS pixels
   * @param {number} y from the top
   * @returns {number | null} its index in the cloud.
   */
  pick(x, y) {
    let nearest = Infinity;
    /** @type {number | null} */
    let index = null;
    for (const [found, away] of this.#drawnAround(x, y, PICK_RADIUS)) {
      if (away < nearest) [nearest, index] = [away, found];
    }
    return index;
  }

  /**
   * Finds the points that are drawn within a circle on the canvas.
   *
   * @param {number} x from the left, in CSS pixels
   * @param {number} y from the top
   * @param {number} radius in CSS pixels
   * @returns {Set<number>} their indices in the cloud.
   */
  within(x, y, radius) {
    const pixels = Math.max(1, Math.round(radius * devicePixelRatio));
    /** @type {Set<number>} */
    const found = new Set();
    for (const [index, away] of this.#drawnAround(x, y, pixels)) {
      if (away <= pixels) found.add(index);
    }
    return found;
  }

  /**
   * Yields the point at each pixel of a square, with how many pixels that lies away from the middle.
   *
   * @param {number} x of the middle, in CSS pixels
   * @param {number} y
   * @param {number} radius half of the side, in pixels of the picture
   */
  *#drawnAround(x, y, radius) {
    if (!this.#target) return;
    const gl = this.#gl;
    const { width, height, framebuffer } = this.#target;
    const scale = width / this.#canvas.clientWidth;
    const side = 2 * radius + 1;
    const left = Math.round(x * scale) - radius;
    const bottom = height - 1 - Math.round(y * scale) - radius;
    const found = new Uint32Array(side ** 2);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, framebuffer);
    gl.readBuffer(gl.COLOR_ATTACHMENT1);
    // Pixels outside the picture stay 0, which is no point.
    gl.readPixels(left, bottom, side, side, gl.RED_INTEGER, gl.UNSIGNED_INT, found);
    for (const [i, value] of found.entries()) {
      if (value === 0) continue;
      const away = Math.hypot(i % side - radius, Math.floor(i / side) - radius);
      yield /** @type {const} */ ([value - 1, away]);
    }
  }

  /** Whether a point lies inside the clip box and below the cut from above. @param {number} index */
  isInside(index) {
    const point = this.#cloud?.positions.subarray(3 * index, 3 * index + 3) ?? new Float32Array(3);
    const { least, greatest } = this.clip;
    const { up } = FRAMES[this.camera.up];
    const height = point.reduce((sum, value, i) => sum + value * up[i], 0);
    return height <= this.ceiling &&
      point.every((value, i) => value >= least[i] && value <= greatest[i]);
  }

  /** @param {number} time */
  #frame(time) {
    this.#asked = 0;
    const cloud = this.#cloud;
    if (!cloud || this.#canvas.clientWidth === 0) return;
    if (this.#moved) this.#lastMove = time;
    this.#moved = false;
    const moving = time - this.#lastMove < REST_MILLISECONDS;
    if (moving && this.#lastFrame !== null) this.#adapt(time - this.#lastFrame, cloud.count);
    this.#lastFrame = moving ? time : null;
    this.#draw(moving ? Math.min(cloud.count, this.#budget) : cloud.count);
    // Frames follow until the camera rests; the last one draws all points.
    if (moving) {
      this.redraw();
      return;
    }
    this.onDrawn();
    // A canvas keeps its picture no longer than the task that drew it.
    for (const take of this.#takers.splice(0)) this.#canvas.toBlob(take);
  }

  /** Returns the picture with all points as a PNG. @returns {Promise<Blob | null>} */
  picture() {
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.redraw();
    });
  }

  /**
   * @param {number} milliseconds of the last frame
   * @param {number} count
   */
  #adapt(milliseconds, count) {
    // Frames of an overloaded GPU alternate between short and long.
    this.#pace = (this.#pace + milliseconds) / 2;
    if (this.#pace > SLOW_MILLISECONDS) this.#budget = Math.max(FEWEST_POINTS, this.#budget >> 1);
    if (this.#pace < FAST_MILLISECONDS) {
      this.#budget = Math.min(count, Math.ceil(this.#budget * 1.25));
    }
  }

  /** @param {number} count */
  #draw(count) {
    const gl = this.#gl;
    const { width, height, framebuffer, colors, depths } = this.#fit();
    const { near, far } = this.camera.range;
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.enable(gl.DEPTH_TEST);
    gl.clearBufferfv(gl.COLOR, 0, [0, 0, 0, 0]);
    gl.clearBufferuiv(gl.COLOR, 1, [0, 0, 0, 0]);
    gl.clearBufferfv(gl.DEPTH, 0, [1]);
    const pixels = devicePixelRatio;
    gl.enable(gl.SCISSOR_TEST);
    for (const pane of this.#panes(width, height)) this.#drawPane(pane, count);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);

    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.disable(gl.DEPTH_TEST);
    gl.bindVertexArray(null);
    this.#shade.use({
      colors,
      depths,
      range: [near, far],
      strength: this.shaded ? EDGE_STRENGTH : 0,
      radius: Math.max(1, Math.round(pixels)),
      background: unit(this.background),
    });
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /**
   * @param {{mode: PaneMode, box: [number, number, number, number]}} pane
   * @param {number} count
   */
  #drawPane({ mode, box }, count) {
    const gl = this.#gl;
    const pixels = devicePixelRatio;
    const [, , width, height] = box;
    const camera = this.camera.matrix(width / height);
    gl.viewport(...box);
    // Points are cut at the edge of their pane, even where they are large.
    gl.scissor(...box);
    // A diameter a little above the distance of neighbours closes a surface. Fewer points have to be larger.
    const diameter = 1.4 * this.#extent.spacing * Math.sqrt(this.#cloudCount / count);
    this.#points.use({
      camera,
      mode: MODES[mode],
      palette: this.#palette,
      unchanged: unit(this.unchanged),
      up: FRAMES[this.camera.up].up,
      ceiling: Math.min(this.ceiling, 3e38),
      clipLeast: this.clip.least.map((value) => Math.max(value, -3e38)),
      clipGreatest: this.clip.greatest.map((value) => Math.min(value, 3e38)),
      heights: this.heightRange,
      size: [
        diameter * this.pointScale * this.camera.scale * height,
        LEAST_PIXELS * pixels * this.pointScale,
        MOST_PIXELS * pixels * this.pointScale,
      ],
    });
    gl.bindVertexArray(this.#array);
    gl.drawArrays(gl.POINTS, 0, count);
    for (const { array, count, tint } of this.#lines) {
      this.#line.use({ camera, tint });
      gl.bindVertexArray(array);
      gl.drawArrays(gl.LINES, 0, count);
    }
  }

  get #cloudCount() {
    return this.#cloud?.count ?? 1;
  }

  /** Returns render targets of the canvas's size. */
  #fit() {
    const canvas = this.#canvas;
    const width = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    const height = Math.max(1, Math.round(canvas.clientHeight * devicePixelRatio));
    if (canvas.width !== width || canvas.height !== height) {
      [canvas.width, canvas.height] = [width, height];
    }
    if (this.#target?.width !== width || this.#target.height !== height) {
      this.#target?.dispose();
      this.#target = new Target(this.#gl, width, height);
    }
    return this.#target;
  }

  /**
   * @param {number} location
   * @param {Float32Array | Uint8Array} values
   * @param {import("./cloud.js").Points} cloud
   */
  #attribute(location, values, { channels }) {
    const gl = this.#gl;
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    if (location === 1 && channels === 0) return buffer;
    gl.enableVertexAttribArray(location);
    if (location === 0) gl.vertexAttribPointer(location, 3, gl.FLOAT, false, 0, 0);
    else if (location === 1) gl.vertexAttribPointer(location, 3, gl.UNSIGNED_BYTE, true, 0, 0);
    else gl.vertexAttribIPointer(location, 1, gl.UNSIGNED_BYTE, 0, 0);
    return buffer;
  }
}

/** Render targets: colours, indices and depths. */
class Target {
  #gl;
  #textures;

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {number} width
   * @param {number} height
   */
  constructor(gl, width, height) {
    this.#gl = gl;
    this.width = width;
    this.height = height;
    this.framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebuffer);
    this.#textures = /** @type {const} */ ([
      [gl.COLOR_ATTACHMENT0, gl.RGBA8],
      [gl.COLOR_ATTACHMENT1, gl.R32UI],
      [gl.DEPTH_ATTACHMENT, gl.DEPTH_COMPONENT24],
    ]).map(([attachment, format]) => {
      const picture = texture(gl);
      gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, attachment, gl.TEXTURE_2D, picture, 0);
      return picture;
    });
    this.colors = this.#textures[0];
    this.depths = this.#textures[2];
    gl.drawBuffers([gl.COLOR_ATTACHMENT0, gl.COLOR_ATTACHMENT1]);
  }

  dispose() {
    this.#gl.deleteFramebuffer(this.framebuffer);
    for (const picture of this.#textures) this.#gl.deleteTexture(picture);
  }
}

/** A linked program whose uniforms are set by name. */
class Program {
  #gl;
  #program;
  /** @type {Map<string, {location: WebGLUniformLocation, type: number}>} */
  #uniforms = new Map();

  /**
   * @param {WebGL2RenderingContext} gl
   * @param {string} vertex
   * @param {string} fragment
   */
  constructor(gl, vertex, fragment) {
    this.#gl = gl;
    this.#program = gl.createProgram();
    for (
      const [type, code] of /** @type {const} */ ([
        [gl.VERTEX_SHADER, vertex],
        [gl.FRAGMENT_SHADER, fragment],
      ])
    ) {
      const shader = /** @type {WebGLShader} */ (gl.createShader(type));
      gl.shaderSource(shader, code);
      gl.compileShader(shader);
      gl.attachShader(this.#program, shader);
    }
    gl.linkProgram(this.#program);
    if (!gl.getProgramParameter(this.#program, gl.LINK_STATUS)) {
      const logs = (gl.getAttachedShaders(this.#program) ?? []).map((s) => gl.getShaderInfoLog(s));
      throw new SyntaxError([gl.getProgramInfoLog(this.#program), ...logs].join("\n"));
    }
    const count = gl.getProgramParameter(this.#program, gl.ACTIVE_UNIFORMS);
    for (let i = 0; i < count; i++) {
      const { name, type } = /** @type {WebGLActiveInfo} */ (gl.getActiveUniform(this.#program, i));
      const location = gl.getUniformLocation(this.#program, name);
      if (location) this.#uniforms.set(name, { location, type });
    }
  }

  /** @param {Record<string, any>} values by uniform: a texture, a number or several numbers. */
  use(values) {
    const gl = this.#gl;
    gl.useProgram(this.#program);
    let unit = 0;
    for (const [name, { location, type }] of this.#uniforms) {
      const value = values[name];
      if (type === gl.SAMPLER_2D) {
        gl.activeTexture(gl.TEXTURE0 + unit);
        gl.bindTexture(gl.TEXTURE_2D, value);
        gl.uniform1i(location, unit++);
      } else if (type === gl.FLOAT_MAT4) gl.uniformMatrix4fv(location, false, value);
      else if (type === gl.FLOAT_VEC3) gl.uniform3fv(location, value);
      else if (type === gl.FLOAT_VEC2) gl.uniform2fv(location, value);
      else if (type === gl.INT) gl.uniform1i(location, value);
      else gl.uniform1f(location, value);
    }
  }
}

/** @param {WebGL2RenderingContext} gl */
function texture(gl) {
  const made = gl.createTexture();
  gl.activeTexture(gl.TEXTURE0);
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const name of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
    gl.texParameteri(gl.TEXTURE_2D, name, gl.NEAREST);
  }
  return made;
}

/**
 * Returns the box around a cloud and the ends of lines that are near it.
 *
 * @param {{least: number[], greatest: number[], spacing: number}} extent
 * @param {readonly Float32Array[]} sets
 */
function around(extent, sets) {
  const [least, greatest] = [[...extent.least], [...extent.greatest]];
  const reach = FARTHEST_LINES * Math.hypot(...least.map((low, i) => greatest[i] - low));
  for (const ends of sets) {
    for (let at = 0; at < ends.length; at += 3) {
      const end = ends.subarray(at, at + 3);
      const isNear = end.every((value, i) =>
        value > extent.least[i] - reach && value < extent.greatest[i] + reach
      );
      if (!isNear) continue;
      end.forEach((value, i) => {
        least[i] = Math.min(least[i], value);
        greatest[i] = Math.max(greatest[i], value);
      });
    }
  }
  return { ...extent, least, greatest };
}

/** @param {import("./colors.js").Rgb} color */
function unit(color) {
  return color.map((value) => value / 255);
}
