/**
 * `cameras.json`: where each photograph was taken and how its camera sees. Pinhole without distortion,
 * OpenCV axes (x right, y down, z forward), the centre of the first pixel at (0, 0).
 *
 * @module
 */
import { CameraError } from "../errors.ts";
import { poseProblem } from "./pose.ts";

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
 * Finds the photograph of every camera: by its whole name, else by the part after the last slash, else by that
 * without its extension.
 *
 * @param cameras `field` is their place in the camera file; `images[i].file` if left out
 * @param name the camera file's name, for errors
 * @returns for each camera the index into `photoNames`
 * @throws {CameraError} naming the photograph that is missing, of which there are several, or that two
 *   cameras claim
 */
export function matchPhotos(
  cameras: readonly { file: string; field?: string }[],
  photoNames: readonly string[],
  name = "cameras.json",
): number[] {
  const candidates = photoFinder(photoNames);
  const claimed = new Map<number, string>();
  return cameras.map(({ file, field }, index) => {
    const fail = (problem: string, mend: string): never => {
      throw new CameraError({ file: name, problem, mend, field: field ?? `images[${index}].file` });
    };
    const found = candidates(file);
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

/** A function that gives the indices of the photographs that a camera may mean, best kind of match only. */
export function photoFinder(photoNames: readonly string[]): (file: string) => number[] {
  const kinds = [(path: string) => path, baseName, stem].map((key) => {
    const indices = new Map<string, number[]>();
    photoNames.forEach((photo, index) => {
      const found = indices.get(key(photo));
      if (found) found.push(index);
      else indices.set(key(photo), [index]);
    });
    return (file: string) => indices.get(key(file)) ?? [];
  });
  return (file) => kinds.map((find) => find(file)).find(({ length }) => length > 0) ?? [];
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
  const problem = poseProblem(pose);
  return problem ? fail(key, problem.problem, problem.mend) : pose;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The last part of a path without its extension. */
export function stem(path: string): string {
  return baseName(path).replace(/\.[^.]*$/, "");
}

/** A JSON value for an error. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  // JSON has no infinities, but 1e999 reads as one.
  return typeof value === "number" ? String(value) : JSON.stringify(value).slice(0, 60);
}

/** Whether a JSON value is an object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
