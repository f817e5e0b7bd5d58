/**
 * Reads the orientation tag of EXIF blocks, and neutralises it. Decoders rotate photographs by it, but calibrated
 * intrinsics mostly refer to the stored pixels; where they do not, the pixels are rotated afterwards.
 *
 * Source: CIPA DC-008 (EXIF 2.3), TIFF 6.0.
 *
 * @module
 */
import type { ImageSize } from "../image_size.ts";

const ORIENTATION_TAG = 0x0112;
const UPRIGHT = 1;
const LAST = 8;

/**
 * Sets the orientation to 1 ("as stored") in place.
 *
 * @param tiff an EXIF block from its byte order mark (`II` or `MM`) on; other bytes are left alone
 * @returns the orientation that it had, 2 to 8; null for "as stored", and where there is none
 */
export function neutraliseOrientation(tiff: Uint8Array): number | null {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return null;
  const mark = view.getUint16(0);
  if (mark !== 0x4949 && mark !== 0x4d4d) return null;
  const little = mark === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  let found: number | null = null;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) break;
    if (view.getUint16(entry, little) === ORIENTATION_TAG) {
      const orientation = view.getUint16(entry + 8, little);
      if (orientation > UPRIGHT && orientation <= LAST) found = orientation;
      view.setUint16(entry + 8, UPRIGHT, little);
    }
  }
  return found;
}

/** A file that decoders do not rotate. */
export interface Unoriented {
  /** Its content, with the orientation "as stored". */
  bytes: Uint8Array<ArrayBuffer>;
  /** The orientation that it had, 2 to 8; null where it was "as stored". */
  orientation: number | null;
}

/** Pixels of a photograph, three values each. */
interface Pixels extends ImageSize {
  pixels: Uint8Array;
}

/**
 * Rotates or mirrors pixels as an orientation says.
 *
 * @param orientation 2 to 8: from 5 on, rows become columns
 */
export function rotatePixels({ width, height, pixels }: Pixels, orientation: number): Pixels {
  const swaps = orientation >= 5;
  const size = swaps ? { width: height, height: width } : { width, height };
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  const out = new Uint8Array(pixels.length);
  for (let row = 0, to = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++, to += 3) {
      const [u, v] = swaps ? [row, column] : [column, row];
      const from = 3 * ((flipY ? height - 1 - v : v) * width + (flipX ? width - 1 - u : u));
      out[to] = pixels[from]!;
      out[to + 1] = pixels[from + 1]!;
      out[to + 2] = pixels[from + 2]!;
    }
  }
  return { ...size, pixels: out };
}
