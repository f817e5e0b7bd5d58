/**
 * `cameras.json`: where each photograph was taken and how its camera sees. Pinhole without distortion,
 * OpenCV axes (x right, y down, z forward), the centre of the first pixel at (0, 0).
 *
 * @module
 */
import { CameraError } from "./errors.ts";

/** A calibrated photograph. */
export interface Camera {
  /** File name of the photograph. */
  file: string;
  /** Pixels. */
  width: number;
  height: number;
  /** Focal lengths in pixels. */
  fx: number;
  fy: number;
  /** Principal point in pixels. */
  cx: number;
  cy: number;
  /** [4][4] row-major: world coordinates (the scan's, its origin included) to camera coordinates. */
  worldToCamera: Float64Array;
}

/** How far rotations may be from orthonormal; files carry rounded numbers. */
const TOLERANCE = 1e-3;

/**
 * Reads `{"images":[{"file","width","height","fx","fy","cx","cy","worldToCamera":[16 numbers]}]}`.
 *
 * @param name the client's name for the file, for errors
 * @throws {CameraError} naming image and field where it is no such JSON, a number is missing or not finite,
 *   a pose is not rigid, or a file comes twice
 */
export function parseCameras(text: string, name: string): Camera[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new CameraError({
      file: name,
      problem: `it is no JSON (${(cause as Error).message})`,
      mend: 'send {"images": [...]}',
      cause,
    });
  }
  const images = isRecord(json) ? json["images"] : undefined;
  if (!Array.isArray(images) || images.length === 0) {
    throw new CameraError({
      file: name,
      problem: "it has no list of images",
      mend: 'send {"images": [...]} with at least one image',
      field: "images",
    });
  }
  const cameras = images.map((image: unknown, index) => parseCamera(image, index, name));
  const seen = new Set<string>();
  for (const [index, { file }] of cameras.entries()) {
    if (seen.has(file)) {
      throw new CameraError({
        file: name,
        problem: `image ${file} comes twice`,
        mend: "keep one camera for each image",
        field: `images[${index}].file`,
      });
    }
    seen.add(file);
  }
  return cameras;
}

/** The text of a `cameras.json`; {@link parseCameras} reads it back to the same numbers. */
export function camerasToJson(cameras: readonly Camera[]): string {
  const images = cameras.map(({ file, width, height, fx, fy, cx, cy, worldToCamera }) => ({
    file,
    width,
    height,
    fx,
    fy,
    cx,
    cy,
    worldToCamera: Array.from(worldToCamera),
  }));
  return JSON.stringify({ images }, null, 1);
}

/**
 * Finds the photograph of every camera: by its whole name, else by the part after the last slash.
 *
 * @param name the camera file's name, for errors
 * @returns for each camera the index into `photoNames`
 * @throws {CameraError} naming the photograph that is missing, of which there are several, or that two
 *   cameras claim
 */
export function matchPhotos(
  cameras: readonly Camera[],
  photoNames: readonly string[],
  name = "cameras.json",
): number[] {
  const claimed = new Map<number, string>();
  return cameras.map(({ file }, index) => {
    const fail = (problem: string, mend: string): never => {
      throw new CameraError({ file: name, problem, mend, field: `images[${index}].file` });
    };
    const whole = indicesOf(photoNames, (photo) => photo === file);
    const found = whole.length > 0
      ? whole
      : indicesOf(photoNames, (photo) => baseName(photo) === baseName(file));
    const [match] = found;
    if (match === undefined) {
      return fail(
        `photograph ${file} is not among the ${photoNames.length} that were sent`,
        "send it, or leave its camera out",
      );
    }
    const other = claimed.get(match);
    if (found.length > 1) {
      fail(`${found.length} photographs are called ${file}`, "give every photograph its own name");
    }
    if (other !== undefined) {
      fail(
        `photograph ${photoNames[match]} would belong to both ${other} and ${file}`,
        "send the photographs under the whole names that the cameras use",
      );
    }
    claimed.set(match, file);
    return match;
  });
}

/**
 * Holds a decoded photograph against its camera.
 *
 * @param name the camera file's name, for errors
 * @throws {CameraError} where the photograph has other than the calibrated size
 */
export function requireSize(
  camera: Camera,
  photo: { name: string; width: number; height: number },
  name = "cameras.json",
): void {
  if (photo.width === camera.width && photo.height === camera.height) return;
  throw new CameraError({
    file: name,
    problem:
      `photograph ${photo.name} has ${photo.width}x${photo.height} pixels, its camera ${camera.width}x${camera.height}`,
    mend: "send the photograph in its calibrated size, or scale fx, fy, cx, cy, width and height",
    field: `${camera.file}.width`,
  });
}

function parseCamera(image: unknown, index: number, name: string): Camera {
  const at = `images[${index}]`;
  const fail = (key: string, problem: string, mend: string): never => {
    throw new CameraError({ file: name, problem, mend, field: `${at}${key}` });
  };
  if (!isRecord(image)) return fail("", "it is no object", "write an object for each image");
  const number = (key: string): number => {
    const value = image[key];
    return typeof value === "number" && Number.isFinite(value)
      ? value
      : fail(`.${key}`, `${key} is ${describe(value)}`, "write a finite number");
  };
  const size = (key: string): number => {
    const value = number(key);
    return Number.isSafeInteger(value) && value > 0
      ? value
      : fail(`.${key}`, `${key} is ${value}`, "write the number of pixels");
  };
  const focal = (key: string): number => {
    const value = number(key);
    return value > 0
      ? value
      : fail(`.${key}`, `${key} is ${value}`, "focal lengths are above 0, in pixels");
  };
  const file = image["file"];
  return {
    file: typeof file === "string" && file !== ""
      ? file
      : fail(".file", `file is ${describe(file)}`, "name the photograph"),
    width: size("width"),
    height: size("height"),
    fx: focal("fx"),
    fy: focal("fy"),
    cx: number("cx"),
    cy: number("cy"),
    worldToCamera: parsePose(image["worldToCamera"], fail),
  };
}

function parsePose(
  value: unknown,
  fail: (key: string, problem: string, mend: string) => never,
): Float64Array {
  const key = ".worldToCamera";
  if (!Array.isArray(value) || value.length !== 16) {
    return fail(key, "worldToCamera is no list of 16 numbers", "write the 4x4 matrix row by row");
  }
  const bad = value.findIndex((entry) => typeof entry !== "number" || !Number.isFinite(entry));
  if (bad >= 0) {
    return fail(
      `${key}[${bad}]`,
      `entry ${bad} is ${describe(value[bad])}`,
      "write finite numbers",
    );
  }
  const pose = Float64Array.from(value as number[]);
  const lastRow = pose.subarray(12);
  if (![0, 0, 0, 1].every((wanted, i) => Math.abs(lastRow[i]! - wanted) <= TOLERANCE)) {
    fail(key, `the last row is ${lastRow.join(" ")}`, "it has to be 0 0 0 1; write row by row");
  }
  const problem = rotationProblem(pose);
  if (problem) {
    fail(key, `the pose is not rigid: ${problem}`, "send rotation and translation, without scale");
  }
  return pose;
}

/** What keeps the upper left 3x3 from being a rotation; null if nothing does. */
function rotationProblem(pose: Float64Array): string | null {
  const row = (i: number) => [pose[4 * i]!, pose[4 * i + 1]!, pose[4 * i + 2]!] as const;
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  for (let i = 0; i < 3; i++) {
    for (let j = i; j < 3; j++) {
      const product = dot(row(i), row(j));
      if (!(Math.abs(product - (i === j ? 1 : 0)) <= TOLERANCE)) {
        return i === j
          ? `row ${i} has the squared length ${product.toPrecision(6)}`
          : `rows ${i} and ${j} are not at right angles (${product.toPrecision(6)})`;
      }
    }
  }
  const [a, b, c] = [row(0), row(1), row(2)];
  const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  return dot(cross, c) > 0 ? null : "it mirrors (determinant -1)";
}

function indicesOf(names: readonly string[], test: (name: string) => boolean): number[] {
  return names.flatMap((name, index) => test(name) ? [index] : []);
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  // JSON has no infinities, but 1e999 reads as one.
  return typeof value === "number" ? String(value) : JSON.stringify(value).slice(0, 60);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
