/**
 * COLMAP's binary models, `cameras.bin` and `images.bin`, little-endian. Every count is held against the bytes that
 * are left before anything is read by it.
 *
 * Source: colmap.github.io, "Output Format"; colmap/src/colmap/scene/reconstruction_io_binary.cc.
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { baseName } from "./match_photographs.ts";
import type { OpenedFile } from "./camera_file.ts";
import type { CameraSpec } from "./camera_format.ts";
import { cameraOf, type ColmapCamera, specOf, UNDISTORT } from "./colmap_model.ts";

/** Models by their number, with the count of their parameters. */
const MODEL_NUMBERS: readonly (readonly [name: string, parameters: number])[] = [
  ["SIMPLE_PINHOLE", 3],
  ["PINHOLE", 4],
  ["SIMPLE_RADIAL", 4],
  ["RADIAL", 5],
  ["OPENCV", 8],
  ["OPENCV_FISHEYE", 8],
  ["FULL_OPENCV", 12],
  ["FOV", 5],
  ["SIMPLE_RADIAL_FISHEYE", 4],
  ["RADIAL_FISHEYE", 5],
  ["THIN_PRISM_FISHEYE", 12],
  ["RAD_TAN_THIN_PRISM_FISHEYE", 16],
  ["SIMPLE_DIVISION", 4],
  ["DIVISION", 5],
  ["SIMPLE_FISHEYE", 3],
  ["FISHEYE", 4],
  ["EUCM", 6],
  ["EQUIRECTANGULAR", 2],
];
/** Bytes of a camera in front of its parameters: two numbers of 4 bytes and two of 8. */
const CAMERA_BYTES = 24;
/** Bytes of an image with an empty name and no points. */
const IMAGE_BYTES = 73;
/** Bytes of a point of an image. */
const POINT_BYTES = 24;

/** Tells whether a file is called as COLMAP calls its binary cameras. */
export function isBinaryCameras({ name, binary }: OpenedFile): boolean {
  return binary !== null && /cameras\.bin$/i.test(baseName(name));
}

/** Tells whether a file is called as COLMAP calls its binary images. */
export function isBinaryImages({ name, binary }: OpenedFile): boolean {
  return binary !== null && /images\.bin$/i.test(baseName(name));
}

/**
 * Reads a binary model.
 *
 * @throws {CameraError} naming the byte where a file ends too early, goes on too long, or cannot be right
 */
export function readBinaryModel(camerasFile: OpenedFile, imagesFile: OpenedFile): CameraSpec[] {
  const cameras = readCameras(new Reader(camerasFile));
  return readImages(new Reader(imagesFile), cameras);
}

/** Cameras by their number; one whose lens is not supported is an error only if an image is of it. */
function readCameras(reader: Reader): Map<number, () => ColmapCamera> {
  const cameras = new Map<number, () => ColmapCamera>();
  const count = reader.count(CAMERA_BYTES, "cameras");
  for (let i = 0; i < count; i++) {
    const field = `camera ${i} at byte ${reader.at}`;
    const id = reader.uint32();
    const number = reader.uint32();
    const [model, parameterCount] = MODEL_NUMBERS[number] ??
      reader.fail(`camera model ${number} is not known`, UNDISTORT);
    const [width, height] = [reader.uint64(), reader.uint64()];
    const parameters = Array.from({ length: parameterCount }, () => reader.float64());
    if (cameras.has(id)) reader.fail(`camera ${id} occurs twice`, "export the model again");
    cameras.set(id, () => cameraOf(model, { width, height }, parameters, reader.name, field));
  }
  reader.end();
  return cameras;
}

function readImages(
  reader: Reader,
  cameras: ReadonlyMap<number, () => ColmapCamera>,
): CameraSpec[] {
  const specs: CameraSpec[] = [];
  const count = reader.count(IMAGE_BYTES, "images");
  for (let i = 0; i < count; i++) {
    const field = `image ${i} at byte ${reader.at}`;
    reader.uint32();
    const [qw, qx, qy, qz] = [0, 0, 0, 0].map(() => reader.float64());
    const [tx, ty, tz] = [0, 0, 0].map(() => reader.float64());
    const camera = reader.uint32();
    const name = reader.text();
    reader.skip(reader.count(POINT_BYTES, "points of an image") * POINT_BYTES);
    specs.push(specOf(
      { quaternion: [qw!, qx!, qy!, qz!], translation: [tx!, ty!, tz!], camera, name },
      cameras,
      reader.name,
      field,
    ));
  }
  reader.end();
  return specs;
}

/** Reads numbers one after the other, and never beyond the end. */
class Reader {
  readonly name: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** The byte that is read next. */
  at = 0;

  constructor({ name, binary }: OpenedFile) {
    this.name = name;
    this.#bytes = binary!;
    this.#view = new DataView(binary!.buffer, binary!.byteOffset, binary!.byteLength);
  }

  fail(problem: string, mend = "send the whole file"): never {
    throw new CameraError({ file: this.name, problem, mend, offset: this.at });
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  float64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** A number of 8 bytes; no count or size is beyond what a double holds. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** The number of records that follow, each of at least so many bytes. */
  count(bytes: number, what: string): number {
    const count = this.uint64();
    const left = this.#bytes.length - this.at;
    if (count * bytes > left) {
      this.fail(`${count} ${what} take more than the ${left} bytes that follow`);
    }
    return count;
  }

  /** A text up to a byte 0. */
  text(): string {
    const end = this.#bytes.indexOf(0, this.at);
    if (end < 0) this.fail("a name has no end");
    const text = new TextDecoder().decode(this.#bytes.subarray(this.at, end));
    this.at = end + 1;
    return text;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  end(): void {
    const left = this.#bytes.length - this.at;
    if (left > 0) this.fail(`${left} bytes follow the last record`, "export the model again");
  }

  #take(bytes: number): number {
    const from = this.at;
    if (from + bytes > this.#bytes.length) this.fail("the file is truncated");
    this.at += bytes;
    return from;
  }
}
