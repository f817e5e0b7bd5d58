/**
 * The cameras and images of COLMAP's models, as text or binary.
 *
 * Source: colmap.github.io, "Output Format".
 *
 * @module
 */

/** Models by their number, with the count of their parameters; those of one focal length begin with f, cx, cy. */
const MODELS = [
  { name: "SIMPLE_PINHOLE", parameters: 3, one: true },
  { name: "PINHOLE", parameters: 4, one: false },
  { name: "SIMPLE_RADIAL", parameters: 4, one: true },
  { name: "RADIAL", parameters: 5, one: true },
  { name: "OPENCV", parameters: 8, one: false },
  { name: "OPENCV_FISHEYE", parameters: 8, one: false },
  { name: "FULL_OPENCV", parameters: 12, one: false },
  { name: "FOV", parameters: 5, one: false },
  { name: "SIMPLE_RADIAL_FISHEYE", parameters: 4, one: true },
  { name: "RADIAL_FISHEYE", parameters: 5, one: true },
  { name: "THIN_PRISM_FISHEYE", parameters: 12, one: false },
  { name: "RAD_TAN_THIN_PRISM_FISHEYE", parameters: 16, one: false },
  { name: "SIMPLE_DIVISION", parameters: 4, one: true },
  { name: "DIVISION", parameters: 5, one: false },
  { name: "SIMPLE_FISHEYE", parameters: 3, one: true },
  { name: "FISHEYE", parameters: 4, one: false },
  { name: "EUCM", parameters: 6, one: false },
  { name: "EQUIRECTANGULAR", parameters: 2, one: false },
];

/**
 * @typedef {Omit<import("./cameras.js").Camera, "file" | "worldToCamera">} Lens
 * @typedef {{file: string, camera: number, pose: number[]}} Image pose: quaternion w, x, y, z and translation
 */

/**
 * Reads the first whole model among files.
 *
 * @param {readonly import("../intake.js").NamedFile[]} files
 * @returns {Promise<import("./cameras.js").Camera[]>}
 */
export async function colmapCameras(files) {
  const find = (/** @type {RegExp} */ name) => files.find((named) => name.test(named.name))?.file;
  for (
    const [extension, read] of /** @type {const} */ ([["bin", binaryModel], ["txt", textModel]])
  ) {
    const [cameras, images] = ["cameras", "images"].map((what) =>
      find(new RegExp(`(?:^|/)${what}\\.${extension}$`, "i"))
    );
    if (!cameras || !images) continue;
    try {
      const { lenses, list } = await read(cameras, images);
      return list.flatMap(({ file, camera, pose }) => {
        const lens = lenses.get(camera);
        return lens ? [{ ...lens, file, worldToCamera: matrixOf(pose) }] : [];
      });
    } catch {
      // A file that ends early: the server says where.
      return [];
    }
  }
  return [];
}

/**
 * @param {string} name
 * @param {number} width
 * @param {number} height
 * @param {readonly number[]} numbers
 * @returns {Lens}
 */
function lensOf(name, width, height, numbers) {
  const [f, ...rest] = numbers;
  const one = MODELS.find((model) => model.name === name)?.one;
  const [fx, fy, cx, cy, ...bent] = one ? [f, f, ...rest] : [f, ...rest];
  // COLMAP counts pixels from their corners.
  return {
    width,
    height,
    fx,
    fy,
    cx: cx - 0.5,
    cy: cy - 0.5,
    bent: /FISHEYE|FOV/.test(name) || bent.some((value) => value !== 0),
  };
}

/**
 * @param {Blob} camerasFile
 * @param {Blob} imagesFile
 */
async function textModel(camerasFile, imagesFile) {
  /** @type {Map<number, Lens>} */
  const lenses = new Map();
  for (const line of dataLines(await camerasFile.text())) {
    const [id, name, ...numbers] = line.split(/\s+/);
    const [width, height, ...parameters] = numbers.map(Number);
    if (name) lenses.set(Number(id), lensOf(name, width, height, parameters));
  }
  // Each image has two lines; the second one, its points, may be empty.
  const list = dataLines(await imagesFile.text()).filter((_, i) => i % 2 === 0).filter(Boolean)
    .map((line) => {
      const words = line.split(/\s+/);
      const file = words.slice(9).join(" ");
      return { file, camera: Number(words[8]), pose: words.slice(1, 8).map(Number) };
    });
  return { lenses, list };
}

/** @param {string} text */
function dataLines(text) {
  return text.split("\n").filter((line) => !line.startsWith("#")).map((line) => line.trim());
}

/**
 * @param {Blob} camerasFile
 * @param {Blob} imagesFile
 */
async function binaryModel(camerasFile, imagesFile) {
  /** @type {Map<number, Lens>} */
  const lenses = new Map();
  const cameras = new Reader(await camerasFile.arrayBuffer());
  for (let left = cameras.uint64(); left > 0; left--) {
    const id = cameras.uint32();
    const { name, parameters } = MODELS[cameras.uint32()];
    const [width, height] = [cameras.uint64(), cameras.uint64()];
    lenses.set(id, lensOf(name, width, height, cameras.doubles(parameters)));
  }
  /** @type {Image[]} */
  const list = [];
  const images = new Reader(await imagesFile.arrayBuffer());
  for (let left = images.uint64(); left > 0; left--) {
    images.uint32();
    const pose = images.doubles(7);
    const camera = images.uint32();
    const file = images.text();
    images.skip(24 * images.uint64());
    list.push({ file, camera, pose });
  }
  return { lenses, list };
}

/** Reads little-endian numbers one after the other; beyond the end it throws a RangeError. */
class Reader {
  #view;
  #at = 0;

  /** @param {ArrayBuffer} buffer */
  constructor(buffer) {
    this.#view = new DataView(buffer);
  }

  uint32() {
    return this.#view.getUint32(this.skip(4), true);
  }

  uint64() {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  /** @param {number} count */
  doubles(count) {
    return Array.from({ length: count }, () => this.#view.getFloat64(this.skip(8), true));
  }

  text() {
    const start = this.#at;
    while (this.#view.getUint8(this.skip(1)) !== 0);
    return new TextDecoder().decode(new Uint8Array(this.#view.buffer, start, this.#at - start - 1));
  }

  /** @param {number} bytes */
  skip(bytes) {
    this.#at += bytes;
    return this.#at - bytes;
  }
}

/**
 * Rotation by a quaternion and translation as a matrix, row by row.
 *
 * @param {readonly number[]} pose
 */
function matrixOf([w, x, y, z, tx, ty, tz]) {
  // deno-fmt-ignore
  return [
    1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y), tx,
    2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x), ty,
    2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y), tz,
    0, 0, 0, 1,
  ];
}
