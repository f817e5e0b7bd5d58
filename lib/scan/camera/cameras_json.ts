/**
 * `cameras.json`, the camera format of this project.
 *
 * @module
 */
import { mapValues } from "@std/collections/map-values";
import { z } from "zod";
import { issueAt, parseJson, validate } from "../../validation/mod.ts";
import { CameraError } from "../errors.ts";
import type { WideLens } from "../lens/wide_lens.ts";
import type { Camera } from "./camera.ts";
import { type CameraFormat, isRecord, listsObjects, panoramaPinhole } from "./camera_format.ts";
import { unknownKeys, unknownKeysWarning } from "./json_keys.ts";
import { poseProblem } from "./pose.ts";

const WHOLE_FILE = 'send {"images": [...]} with at least one image';

const fileSchema = z.object(
  { images: z.array(z.unknown(), { error: WHOLE_FILE }).min(1, { error: WHOLE_FILE }) },
  { error: WHOLE_FILE },
);

const pixels = z.int({ error: "write the number of pixels" })
  .positive({ error: "write the number of pixels" });
const focal = z.number().positive({ error: "write a focal length above 0, in pixels" });
const sixteen = z.tuple(
  new Array(16).fill(z.number()) as [z.ZodNumber, ...z.ZodNumber[]],
  { error: "write the 16 numbers of the 4x4 matrix row by row" },
);

/** What every image has. */
const anyLens = {
  file: z.string({ error: "name the photograph" }).min(1, { error: "name the photograph" }),
  width: pixels,
  height: pixels,
  worldToCamera: sixteen.transform((numbers, context): Float64Array => {
    const pose = Float64Array.from(numbers);
    const bad = poseProblem(pose);
    if (bad) context.addIssue(issueAt([], bad.problem, bad.mend));
    return pose;
  }),
};
const intrinsics = { fx: focal, fy: focal, cx: z.number(), cy: z.number() };
const coefficient = z.number().default(0);
const anObject = { error: "write an object for each image" };

/** Images by their lens. */
const IMAGES = {
  pinhole: z.object({ ...anyLens, ...intrinsics }, anObject),
  fisheye: z.object({
    ...anyLens,
    ...intrinsics,
    k1: coefficient,
    k2: coefficient,
    k3: coefficient,
    k4: coefficient,
  }, anObject),
  equirectangular: z.object(anyLens, anObject),
};
const LENSES = Object.keys(IMAGES);

/**
 * Reads `{"images":[{"file","width","height","fx","fy","cx","cy","worldToCamera":[16 numbers]}]}`.
 *
 * @param name the client's name for the file, for errors
 * @throws {CameraError} naming image and field where it is no such JSON, a number is missing or not finite, a pose is
 *   not rigid, or two images have the same file
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseCameras } from "../mod.ts";
 *
 * const image = {
 *   file: "left.jpg",
 *   width: 640,
 *   height: 480,
 *   fx: 525,
 *   fy: 525,
 *   cx: 319.5,
 *   cy: 239.5,
 *   worldToCamera: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 0, 0, 0, 1],
 * };
 * const [camera] = parseCameras(JSON.stringify({ images: [image] }), "cameras.json");
 * assert.equal(camera!.fx, 525);
 * assert.throws(
 *   () => parseCameras(JSON.stringify({ images: [{ ...image, fx: -1 }] }), "cameras.json"),
 *   { name: "CameraError", field: "images[0].fx" },
 * );
 * ```
 */
export function parseCameras(text: string, name: string): Camera[] {
  return parseImages(text, name).map(({ wideLens, file, ...rest }, index) => {
    if (!wideLens) return { file, ...rest };
    throw new CameraError({
      file: name,
      problem: `image ${file} has the lens ${wideLens.kind}`,
      mend: "read it with its photograph, by readViews, which cuts it into views of pinholes",
      field: `images[${index}].lens`,
    });
  });
}

/** An image of the file; the intrinsics of a panorama stand for its angles. */
interface CameraImage extends Camera {
  wideLens?: WideLens;
}

function parseImages(text: string, name: string): CameraImage[] {
  const json = parseJson(
    text,
    (problem, cause) =>
      new CameraError({ file: name, problem: `it is ${problem}`, mend: WHOLE_FILE, cause }),
  );
  const { images } = validate(
    fileSchema,
    json,
    ({ mend }) =>
      new CameraError({ file: name, problem: "it has no list of images", mend, field: "images" }),
  );
  // One image after the other: a hostile file must not collect an issue for each of a million images.
  const cameras = images.map((image, index) => readImage(image, index, name));
  const seen = new Set<string>();
  for (const [index, { file }] of cameras.entries()) {
    if (seen.has(file)) {
      throw new CameraError({
        file: name,
        problem: `image ${file} occurs twice`,
        mend: "keep one camera for each image",
        field: `images[${index}].file`,
      });
    }
    seen.add(file);
  }
  return cameras;
}

function lensOf(image: Readonly<Record<string, unknown>>): keyof typeof IMAGES {
  return (image["lens"] ?? "pinhole") as keyof typeof IMAGES;
}

function readImage(image: unknown, index: number, name: string): CameraImage {
  const read = <T>(schema: z.ZodType<T>): T =>
    validate(
      schema,
      image,
      (violation) => new CameraError({ file: name, ...violation }),
      ["images", index],
    );
  const lens = isRecord(image) ? lensOf(image) : "pinhole";
  if (lens === "pinhole") return read(IMAGES.pinhole);
  if (lens === "equirectangular") {
    const panorama = read(IMAGES.equirectangular);
    return { ...panorama, ...panoramaPinhole(panorama), wideLens: { kind: lens } };
  }
  if (lens === "fisheye") {
    const { k1, k2, k3, k4, ...camera } = read(IMAGES.fisheye);
    return { ...camera, wideLens: { kind: lens, k: [k1, k2, k3, k4] } };
  }
  throw new CameraError({
    file: name,
    problem: `there is no lens ${JSON.stringify(lens)}`,
    mend: `write one of ${LENSES.join(", ")}`,
    field: `images[${index}].lens`,
  });
}

/**
 * Writes a `cameras.json`; {@link parseCameras} reads the same numbers back.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cameraAt, camerasToJson, parseCameras } from "../mod.ts";
 *
 * const camera = cameraAt("north.png", [0, 0, 1.5], Math.PI / 2, 0, {
 *   width: 64,
 *   height: 48,
 *   fieldOfView: Math.PI / 2,
 * });
 * const [read] = parseCameras(camerasToJson([camera]), "cameras.json");
 * assert.deepEqual([read!.file, read!.fx, read!.cy], ["north.png", camera.fx, camera.cy]);
 * ```
 */
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

const FILE_KEYS = new Set(["images", "version", "note", "comment", "about", "source", "licence"]);
/** Keys that say nothing about cameras. */
const OTHER_KEYS = ["lens", "id", "index", "name", "note", "comment", "timestamp", "time"];
/** Keys of an image, by its lens. */
const IMAGE_KEYS = mapValues(
  IMAGES,
  ({ shape }) => new Set([...Object.keys(shape), ...OTHER_KEYS]),
);

/** `cameras.json` as one of the camera formats. */
export const camerasJson: CameraFormat = {
  name: "cameras.json",
  accepts: (file) => listsObjects(file, "images", ["worldToCamera", "fx", "cx"]),
  read: (files) => ({
    specs: files.flatMap(({ name, text }) =>
      parseImages(text, name).map((
        { file, width, height, worldToCamera, wideLens, ...pinhole },
        index,
      ) => ({
        file,
        source: name,
        field: `images[${index}].file`,
        size: { width, height },
        pinhole: () => pinhole,
        distortion: null,
        ...(wideLens ? { wideLens } : {}),
        worldToCamera,
      }))
    ),
    warnings: files.flatMap(({ name, json }) => {
      if (!isRecord(json)) return [];
      const images = json["images"] as Record<string, unknown>[];
      return unknownKeysWarning(name, [
        ...unknownKeys(json, FILE_KEYS, name, ""),
        ...images.flatMap((image, index) =>
          unknownKeys(image, IMAGE_KEYS[lensOf(image)], name, `images[${index}]`)
        ),
      ]);
    }),
  }),
};
