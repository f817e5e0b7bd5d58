/**
 * Reads the structure of JPEG files: their size before anything is decoded, and whether they are complete. The decoder
 * fills what is missing at the end with grey, without an error.
 *
 * Source: ITU-T T.81, annex B.
 *
 * @module
 */
import { startsWith } from "@std/bytes/starts-with";
import { PhotoError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { neutraliseOrientation, type Unoriented } from "./exif_orientation.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const EXIF = new TextEncoder().encode("Exif\0\0");
/** Start-of-frame markers: C0 to CF without C4, C8 and CC, which have other meanings. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
/** Markers without a body: restarts and TEM. */
const isBare = (marker: number) => (marker >= 0xd0 && marker <= 0xd7) || marker === 0x01;

/** One marker segment; `end - body` is 0 for markers without a body. */
interface Segment {
  marker: number;
  /** Byte of the marker. */
  offset: number;
  /** Byte after its length field. */
  body: number;
  end: number;
}

/** Tells whether a file begins like a JPEG. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * Reads the size of the first frame.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError} where the file ends before it
 */
export function jpegSize(bytes: Uint8Array, file: string): ImageSize {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { marker, offset, body, end } of segments(bytes, file)) {
    if (marker === SOS || marker === EOI) break;
    if (!isFrame(marker)) continue;
    if (end - body < 6) throw truncated(file, offset);
    requireCommon(marker, bytes[body]!, offset, file);
    return { width: view.getUint16(body + 3), height: view.getUint16(body + 1) };
  }
  throw new PhotoError({
    file,
    problem: "it has no frame header",
    mend: "send a whole JPEG",
    offset: 2,
  });
}

/** Refuses kinds of JPEG that decoders hardly know. */
function requireCommon(marker: number, bits: number, offset: number, file: string): void {
  const kind = marker === 0xc3 || marker === 0xcb
    ? "a lossless JPEG"
    : marker >= 0xc9
    ? "a JPEG with arithmetic coding"
    : marker >= 0xc5
    ? "a hierarchical JPEG"
    : bits !== 8
    ? `a JPEG of ${bits} bits`
    : null;
  if (kind === null) return;
  throw new PhotoError({
    file,
    problem: `it is ${kind}, which is not supported`,
    mend: "convert it to an ordinary JPEG of 8 bits, or to PNG",
    offset,
  });
}

/** Most pixels per byte of a file: 64 pixels take a bit, or half of one with unusual subsampling. */
const PIXELS_PER_BYTE = 1024;

/**
 * Checks that a file is not too small for its pixels, before these are allocated and filled with grey.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError} where it is
 */
export function requireData(
  fileBytes: number,
  { width, height }: ImageSize,
  file: string,
): void {
  if (width * height <= fileBytes * PIXELS_PER_BYTE) return;
  throw new PhotoError({
    file,
    problem: `${fileBytes} bytes cannot hold a JPEG of ${width}x${height} pixels`,
    mend: "send the whole file",
    offset: fileBytes,
  });
}

/**
 * Makes a copy that decoders do not rotate.
 *
 * @param file name of the photograph, for errors
 * @returns the copy, and the orientation that it lost
 * @throws {PhotoError} where the file ends before its end marker
 */
export function withoutOrientation(bytes: Uint8Array, file: string): Unoriented {
  const copy = new Uint8Array(bytes);
  let orientation: number | null = null;
  for (const { marker, body, end } of segments(bytes, file)) {
    const isExif = marker === APP1 && startsWith(bytes.subarray(body, end), EXIF);
    if (isExif) orientation = neutraliseOrientation(copy.subarray(body + 6, end)) ?? orientation;
  }
  return { bytes: copy, orientation };
}

/** Every segment up to the end marker, without the compressed data between them. */
function* segments(bytes: Uint8Array, file: string): Generator<Segment> {
  let at = 2;
  let compressed = false;
  for (;;) {
    if (compressed) {
      // Within compressed data FF 00 is a byte FF, FF FF is padding, and restart markers belong to the data.
      at = bytes.indexOf(0xff, at);
      if (at < 0) throw truncated(file, bytes.length);
      const next = bytes[at + 1];
      if (next === 0x00 || (next !== undefined && isBare(next))) {
        at += 2;
        continue;
      }
    }
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    const marker = bytes[at + 1];
    if (marker === undefined) throw truncated(file, bytes.length);
    if (bytes[at] !== 0xff) {
      throw new PhotoError({
        file,
        problem: "it is damaged: a marker is missing",
        mend: "send a whole JPEG",
        offset: at,
      });
    }
    const offset = at;
    at += 2;
    if (marker === EOI) {
      yield { marker, offset, body: at, end: at };
      return;
    }
    if (isBare(marker)) continue;
    if (at + 2 > bytes.length) throw truncated(file, bytes.length);
    const end = at + ((bytes[at]! << 8) | bytes[at + 1]!);
    if (end > bytes.length || end < at + 2) throw truncated(file, offset);
    yield { marker, offset, body: at + 2, end };
    at = end;
    compressed ||= marker === SOS;
  }
}

function truncated(file: string, offset: number): PhotoError {
  return new PhotoError({
    file,
    problem: "the file is truncated: a JPEG ends with the bytes FF D9",
    mend: "send the whole file",
    offset,
  });
}
