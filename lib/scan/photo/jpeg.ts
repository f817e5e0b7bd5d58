/**
 * The structure of JPEG files: their size before anything is decoded, and whether they are whole. The
 * decoder underneath fills what is missing at the end with grey and says nothing.
 *
 * Source: ITU-T T.81, annex B.
 *
 * @module
 */
import { startsWith } from "@std/bytes/starts-with";
import { PhotoError } from "../errors.ts";
import { neutraliseOrientation } from "./exif_orientation.ts";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const EXIF = new TextEncoder().encode("Exif\0\0");
/** Start-of-frame markers but for C4, C8 and CC, which are others. */
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

/** Whether a file begins like a JPEG. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * Width and height of the first frame.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError} where the file ends before it
 */
export function jpegSize(bytes: Uint8Array, file: string): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const { marker, offset, body, end } of segments(bytes, file)) {
    if (marker === SOS || marker === EOI) break;
    if (!isFrame(marker)) continue;
    if (end - body < 6) throw truncated(file, offset);
    return { width: view.getUint16(body + 3), height: view.getUint16(body + 1) };
  }
  throw new PhotoError({
    file,
    problem: "it has no frame header",
    mend: "send a whole JPEG",
    offset: 2,
  });
}

/** Pixels that a byte can stand for: each 64 of them take a bit, or half of one with odd subsampling. */
const PIXELS_PER_BYTE = 1024;

/**
 * Refuses a file that is too small for its pixels, before they are allocated and filled with grey.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError}
 */
export function requireData(
  bytes: Uint8Array,
  { width, height }: { width: number; height: number },
  file: string,
): void {
  if (width * height <= bytes.length * PIXELS_PER_BYTE) return;
  throw new PhotoError({
    file,
    problem: `${bytes.length} bytes cannot hold a JPEG of ${width}x${height} pixels`,
    mend: "send the whole file",
    offset: bytes.length,
  });
}

/**
 * A copy that decoders do not turn.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError} where the file ends before its end marker
 */
export function upright(bytes: Uint8Array, file: string): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  for (const { marker, body, end } of segments(bytes, file)) {
    const isExif = marker === APP1 && startsWith(bytes.subarray(body, end), EXIF);
    if (isExif) neutraliseOrientation(copy.subarray(body + 6, end));
  }
  return copy;
}

/** Every segment up to the end marker, the compressed data between them skipped. */
function* segments(bytes: Uint8Array, file: string): Generator<Segment> {
  let at = 2;
  let compressed = false;
  for (;;) {
    if (compressed) {
      // Within compressed data FF 00 is a byte, FF FF padding, and restarts belong to it.
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
