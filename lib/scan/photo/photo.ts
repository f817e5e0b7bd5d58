/**
 * Photographs: encoded bytes to RGB pixels and back. Sizes are read from the header first, so that a few
 * megabytes cannot ask for gigabytes.
 *
 * @module
 */
import { encode } from "fast-png";
import { decodeBitmap } from "./decode_bitmap.ts";
import { PhotoError } from "../errors.ts";
import { isJpeg, jpegSize, requireData, upright } from "./jpeg.ts";
import { decodePng, isPng, pngHeader } from "./png.ts";
import { isWebp, uprightWebp, webpSize } from "./webp.ts";

/** A decoded photograph. */
export interface Photo {
  /** File name as the client gave it. */
  name: string;
  /** Pixels. */
  width: number;
  height: number;
  /** [height][width][3] red, green, blue. */
  pixels: Uint8Array;
}

/** What a photograph may cost. */
export interface PhotoLimits {
  /** Most pixels that are decoded; 64 million if left out. */
  pixels: number;
}

const DEFAULT_LIMITS: PhotoLimits = { pixels: 64e6 };

/**
 * Decodes a JPEG, PNG or WebP photograph, whichever its first bytes say it is. Grey becomes RGB, 16 bits
 * become 8, alpha is dropped. Pixels stay as they are stored: EXIF orientation is not applied, since
 * calibrated intrinsics refer to the stored pixels. Decoding blocks the thread (some 80 ms for 1920x1080).
 *
 * @param name the client's name for it; says nothing about the format
 * @throws {PhotoError} where it is no such image, truncated, damaged, or larger than the limit
 */
export async function decodePhoto(
  bytes: Uint8Array,
  name: string,
  limits: PhotoLimits = DEFAULT_LIMITS,
): Promise<Photo> {
  if (isPng(bytes)) {
    const header = pngHeader(bytes, name);
    const { width, height } = requireSmall(header, limits, name);
    return { name, width, height, pixels: decodePng(bytes, header, name) };
  }
  if (isJpeg(bytes)) {
    const size = requireSmall(jpegSize(bytes, name), limits, name);
    requireData(bytes, size, name);
    return await decodeOther(upright(bytes, name), size, name);
  }
  if (isWebp(bytes)) {
    const size = requireSmall(webpSize(bytes, name), limits, name);
    return await decodeOther(uprightWebp(bytes, name), size, name);
  }
  throw new PhotoError({
    file: name,
    problem: "it is neither JPEG, PNG nor WebP",
    mend: "convert it to one of these",
    offset: 0,
  });
}

/** A PNG file of RGB pixels. */
export function encodePng(
  { width, height, pixels }: { width: number; height: number; pixels: Uint8Array },
): Uint8Array {
  return encode({ width, height, data: pixels, channels: 3, depth: 8 });
}

async function decodeOther(
  bytes: Uint8Array<ArrayBuffer>,
  size: { width: number; height: number },
  name: string,
): Promise<Photo> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new PhotoError({ file: name, problem, mend: "send it again", cause });
  };
  const { width, height, pixels } = await decodeBitmap(bytes).catch((cause: Error) =>
    fail(`it is damaged or of a kind that is not supported (${cause.message})`, cause)
  );
  if (width !== size.width || height !== size.height) {
    fail(
      `its header says ${size.width}x${size.height} pixels, decoded it has ${width}x${height}`,
    );
  }
  return { name, width, height, pixels };
}

function requireSmall<Size extends { width: number; height: number }>(
  size: Size,
  limits: PhotoLimits,
  name: string,
): Size {
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
