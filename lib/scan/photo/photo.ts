/**
 * Decodes and encodes photographs. The size is read from the header before anything is decoded, so that a small file
 * cannot ask for gigabytes.
 *
 * @module
 */
import { encode } from "fast-png";
import { decodeBitmap } from "./decode_bitmap.ts";
import { PhotoError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { rotatePixels, type Unoriented } from "./exif_orientation.ts";
import { isJpeg, jpegSize, requireData, withoutOrientation } from "./jpeg.ts";
import { decodePng, isPng, pngHeader, pngOrientation, rawBytes } from "./png.ts";
import { isWebp, webpSize, webpWithoutOrientation } from "./webp.ts";

/** A decoded photograph. */
export interface Photo extends ImageSize {
  /** Name of the file as the client gave it. */
  name: string;
  /** [height][width][3] red, green, blue. */
  pixels: Uint8Array;
  /** EXIF orientation, 2 to 8, which was not applied; left out where the pixels are upright as they are. */
  orientation?: number;
}

/** Limits on photographs. */
export interface PhotoLimits {
  /** Most pixels that are decoded; 64 million by default. */
  pixels: number;
}

const DEFAULT_LIMITS: PhotoLimits = { pixels: 64e6 };

/**
 * Decodes a JPEG, PNG or WebP photograph; its first bytes tell the format. Grey becomes RGB, 16 bits become 8, alpha
 * is dropped. EXIF orientation is not applied, since calibrated intrinsics refer to the stored pixels. Decoding blocks
 * the thread (some 80 ms for 1920x1080).
 *
 * @param name the client's name for it, which need not fit the format
 * @throws {PhotoError} where it is of another format, truncated, damaged, or larger than the limit
 */
export async function decodePhoto(
  bytes: Uint8Array,
  name: string,
  limits: PhotoLimits = DEFAULT_LIMITS,
): Promise<Photo> {
  const { width, height } = photoHeader(bytes, name, limits);
  if (isPng(bytes)) {
    const pixels = decodePng(bytes, pngHeader(bytes, name), name);
    return photoOf({ name, width, height, pixels }, pngOrientation(bytes));
  }
  const copy = isJpeg(bytes)
    ? withoutOrientation(bytes, name)
    : webpWithoutOrientation(bytes, name);
  return await decodeOther(copy, { width, height }, name);
}

/** What a photograph says of itself before it is decoded. */
export interface PhotoHeader extends ImageSize {
  /** Bytes that decoding takes at most, those of the result included. */
  decodingBytes: number;
}

/** Bytes that a pixel takes at most while Deno decodes a JPEG or WebP: as RGBA, as BMP, and as RGB. */
const BITMAP_PIXEL_BYTES = 32;
/** So often are the samples of a PNG in memory while it is inflated, checked and decoded. */
const PNG_TIMES = 6;

/**
 * Reads the size of a photograph without decoding it.
 *
 * @param start the file, or as much of its beginning as holds its header
 * @param fileBytes size of the file
 * @throws {PhotoError} where its format is not known, its header is damaged or not there, or it is larger than the limit
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encodePng, photoHeader } from "../mod.ts";
 *
 * const pixels = new Uint8Array(6);
 * const { width, height } = photoHeader(encodePng({ width: 2, height: 1, pixels }), "black.png");
 * assert.deepEqual([width, height], [2, 1]);
 * ```
 */
export function photoHeader(
  start: Uint8Array,
  name: string,
  limits: PhotoLimits = DEFAULT_LIMITS,
  fileBytes: number = start.length,
): PhotoHeader {
  if (isPng(start)) {
    const header = pngHeader(start, name);
    const { width, height } = requireSmall(header, limits, name);
    const decodingBytes = PNG_TIMES * rawBytes(header) + 3 * width * height;
    return { width, height, decodingBytes };
  }
  const ofBitmap = (size: ImageSize): PhotoHeader => {
    const { width, height } = requireSmall(size, limits, name);
    return { width, height, decodingBytes: BITMAP_PIXEL_BYTES * width * height };
  };
  if (isJpeg(start)) {
    const header = ofBitmap(jpegSize(start, name));
    requireData(fileBytes, header, name);
    return header;
  }
  if (isWebp(start)) return ofBitmap(webpSize(start, name, fileBytes));
  throw new PhotoError({
    file: name,
    problem: "it is neither JPEG, PNG nor WebP",
    mend: "convert it to one of these",
    offset: 0,
  });
}

/**
 * Encodes RGB pixels as PNG.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodePhoto, encodePng } from "../mod.ts";
 *
 * const pixels = Uint8Array.of(255, 0, 0, 0, 0, 255);
 * const photo = await decodePhoto(encodePng({ width: 2, height: 1, pixels }), "red_blue.png");
 * assert.deepEqual(photo, { name: "red_blue.png", width: 2, height: 1, pixels });
 * ```
 */
export function encodePng(
  { width, height, pixels }: ImageSize & { pixels: Uint8Array },
): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

/** Rotates or mirrors a photograph as its EXIF orientation says. */
export function upright(photo: Photo): Photo {
  const { orientation, name } = photo;
  return orientation === undefined ? photo : { name, ...rotatePixels(photo, orientation) };
}

function photoOf(photo: Photo, orientation: number | null): Photo {
  return orientation === null ? photo : { ...photo, orientation };
}

async function decodeOther(
  { bytes, orientation }: Unoriented,
  size: ImageSize,
  name: string,
): Promise<Photo> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new PhotoError({
      file: name,
      problem,
      mend: "save it as an ordinary JPEG or PNG",
      cause,
    });
  };
  const { width, height, pixels } = await decodeBitmap(bytes).catch((cause: Error) =>
    fail(`it is damaged or of a kind that is not supported (${cause.message})`, cause)
  );
  if (width !== size.width || height !== size.height) {
    fail(
      `its header says ${size.width}x${size.height} pixels, decoded it has ${width}x${height}`,
    );
  }
  return photoOf({ name, width, height, pixels }, orientation);
}

/** Gives a size back if it is neither empty nor above the limit. */
function requireSmall<T extends ImageSize>(size: T, limits: PhotoLimits, name: string): T {
  const { width, height } = size;
  if (width === 0 || height === 0) {
    throw new PhotoError({
      file: name,
      problem: `it has ${width}x${height} pixels`,
      mend: "send an image with pixels",
      field: "size",
    });
  }
  if (width * height > limits.pixels) {
    throw new PhotoError({
      file: name,
      problem: `it has ${width}x${height} pixels, more than the limit of ${
        limits.pixels / 1e6
      } million`,
      mend: "scale it down, and its fx, fy, cx, cy with it",
      field: "size",
    });
  }
  return size;
}
