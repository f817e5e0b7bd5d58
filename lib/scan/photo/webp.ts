/**
 * Reads the structure of WebP files: their size before anything is decoded, and whether they are complete.
 *
 * Source: RFC 9649 (WebP Image Format).
 *
 * @module
 */
import { PhotoError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { neutraliseOrientation, type Unoriented } from "./exif_orientation.ts";

const ANIMATED = 0x02;

/** One chunk of a RIFF file. */
interface RiffChunk {
  type: string;
  body: number;
  end: number;
}

/** Tells whether a file begins like a WebP. */
export function isWebp(bytes: Uint8Array): boolean {
  return fourCC(bytes, 0) === "RIFF" && fourCC(bytes, 8) === "WEBP";
}

/**
 * Reads the size of the image; all chunks that state it have to agree.
 *
 * @param start the file, or as much of its beginning as holds its first chunk
 * @param file name of the photograph, for errors
 * @param fileBytes size of the file
 * @throws {PhotoError} where the file is truncated or an animation
 */
export function webpSize(start: Uint8Array, file: string, fileBytes: number): ImageSize {
  const fail = (problem: string, mend: string, offset: number): never => {
    throw new PhotoError({ file, problem, mend, offset });
  };
  const chunks = riffChunks(start, file, fileBytes)
    .filter(({ body, end }) => Math.min(end, start.length) - body >= 10);
  const animated = chunks.find(({ type, body }) => type === "VP8X" && start[body]! & ANIMATED);
  if (animated) fail("it is an animation", "send one still image", animated.body);
  const sizes = chunks.flatMap((chunk) => chunkSize(start, chunk) ?? []);
  const [size, ...others] = sizes;
  if (!size) return fail("it has no image chunk", "send it again", 12);
  if (others.some(({ width, height }) => width !== size.width || height !== size.height)) {
    fail("its chunks do not agree on its size", "save it again", 12);
  }
  return size;
}

/** The size that a chunk states; null where it states none. */
function chunkSize(
  bytes: Uint8Array,
  { type, body }: RiffChunk,
): ImageSize | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset + body);
  switch (type) {
    case "VP8X":
      return {
        width: 1 + (view.getUint32(4, true) & 0xffffff),
        height: 1 + (view.getUint32(6, true) >>> 8),
      };
    case "VP8L": {
      const bits = view.getUint32(1, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff) };
    }
    case "VP8 ":
      return {
        width: view.getUint16(6, true) & 0x3fff,
        height: view.getUint16(8, true) & 0x3fff,
      };
  }
  return null;
}

/**
 * Makes a copy that decoders do not rotate.
 *
 * @param file name of the photograph, for errors
 * @returns the copy, and the orientation that it lost
 */
export function webpWithoutOrientation(bytes: Uint8Array, file: string): Unoriented {
  const copy = new Uint8Array(bytes);
  let orientation: number | null = null;
  for (const { type, body, end } of riffChunks(bytes, file)) {
    if (type !== "EXIF") continue;
    // Some writers put "Exif\0\0" in front, as in JPEG.
    const start = fourCC(bytes, body) === "Exif" ? body + 6 : body;
    orientation = neutraliseOrientation(copy.subarray(start, end)) ?? orientation;
  }
  return { bytes: copy, orientation };
}

/** Lists the chunks of which at least the header is among the bytes. */
function riffChunks(
  bytes: Uint8Array,
  file: string,
  fileBytes: number = bytes.length,
): RiffChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length >= 12 ? 8 + view.getUint32(4, true) : Infinity;
  const chunks: RiffChunk[] = [];
  let at = 12;
  while (at + 8 <= Math.min(end, bytes.length)) {
    const body = at + 8;
    const stop = body + view.getUint32(at + 4, true);
    chunks.push({ type: fourCC(bytes, at), body, end: stop });
    // Chunks are padded to an even length.
    at = stop + (stop & 1);
  }
  if (end > fileBytes || chunks.some((chunk) => chunk.end > fileBytes)) {
    throw new PhotoError({
      file,
      problem: `the file is truncated: it should have ${end} bytes`,
      mend: "send the whole file",
      offset: fileBytes,
    });
  }
  return chunks;
}

function fourCC(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
