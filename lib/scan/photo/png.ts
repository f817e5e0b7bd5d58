/**
 * Decodes PNG photographs with fast-png, which decodes every depth exactly. It trusts whatever a file says (sizes,
 * profiles, short data), so it only gets the chunks that it needs, after they have been checked.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { startsWith } from "@std/bytes/starts-with";
import { inflateSync } from "node:zlib";
import { decode, type DecodedPng } from "fast-png";
import { PhotoError } from "../errors.ts";
import type { ImageSize } from "../image_size.ts";
import { neutraliseOrientation } from "./exif_orientation.ts";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Channels and allowed depths of every colour type. */
const COLOR_TYPES: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const INDEXED = 3;
/** Column and row of the first pixel, and the steps, of the seven passes of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** The content of a PNG's first chunk. */
export interface PngHeader extends ImageSize {
  /** Bits of a sample. */
  depth: number;
  /** Colour type by its number in the specification. */
  colorType: number;
  /** Samples of a pixel. */
  channels: number;
  /** Whether the rows are interlaced by Adam7. */
  interlaced: boolean;
}

/** Tells whether a file begins like a PNG. */
export function isPng(bytes: Uint8Array): boolean {
  return startsWith(bytes, SIGNATURE);
}

/**
 * Reads the header chunk.
 *
 * @param file name of the photograph, for errors
 * @throws {PhotoError} where it is missing or contradicts the format
 */
export function pngHeader(bytes: Uint8Array, file: string): PngHeader {
  const fail = (problem: string, offset: number): never => {
    throw new PhotoError({ file, problem, mend: "send a whole, regular PNG", offset });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) return fail("the file is truncated within its header", bytes.length);
  if (view.getUint32(8) !== 13 || chunkType(bytes, 8) !== "IHDR") {
    fail("the first chunk is not IHDR", 8);
  }
  const colorType = view.getUint8(25);
  const depth = view.getUint8(24);
  const kind = COLOR_TYPES[colorType];
  if (!kind?.depths.includes(depth)) {
    return fail(`colour type ${colorType} with ${depth} bits does not exist`, 24);
  }
  if (view.getUint8(26) !== 0 || view.getUint8(27) !== 0 || view.getUint8(28) > 1) {
    fail("its compression, filter or interlace method is not known", 26);
  }
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth,
    colorType,
    channels: kind.channels,
    interlaced: view.getUint8(28) === 1,
  };
}

/**
 * Decodes a PNG whose size has been checked.
 *
 * @param file name of the photograph, for errors
 * @returns [height][width][3] red, green, blue; grey is repeated, 16 bits are rounded to 8, alpha is dropped
 * @throws {PhotoError} where it is truncated, damaged, or holds more than its header says
 */
export function decodePng(bytes: Uint8Array, header: PngHeader, file: string): Uint8Array {
  if (header.interlaced && header.depth < 8) {
    throw new PhotoError({
      file,
      problem: `interlaced PNG of ${header.depth} bits is not supported`,
      mend: "save it without interlacing",
      offset: 28,
    });
  }
  const chunks = neededChunks(bytes, file);
  checkImageData(
    chunks.filter(({ type }) => type === "IDAT").map(({ body }) => body),
    header,
    file,
  );
  let png: DecodedPng;
  try {
    png = decode(joinChunks(chunks.map(({ whole }) => whole)), { checkCrc: true });
  } catch (cause) {
    throw new PhotoError({
      file,
      problem: `it is damaged (${(cause as Error).message})`,
      mend: "send it again",
      cause,
    });
  }
  return toRgb(png, header, file);
}

/** Finds the EXIF orientation, 2 to 8; null where the pixels are upright as they are. */
export function pngOrientation(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    if (end > bytes.length) return null;
    // The copy is thrown away: the decoder never sees this chunk.
    if (chunkType(bytes, at) === "eXIf") return neutraliseOrientation(bytes.slice(at + 8, end - 4));
    at = end;
  }
  return null;
}

/** One chunk of a PNG. */
interface PngChunk {
  type: string;
  /** Length, type, body and checksum. */
  whole: Uint8Array;
  body: Uint8Array;
}

/** The chunks of header, palette, image data and end; profiles, texts, transparency and orientation are left out. */
function neededChunks(bytes: Uint8Array, file: string): PngChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: PngChunk[] = [];
  for (let at = 8;;) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) {
      throw new PhotoError({
        file,
        problem: "the file is truncated: it ends before its IEND chunk",
        mend: "send the whole file",
        offset: bytes.length,
      });
    }
    const type = chunkType(bytes, at);
    if (type === "IHDR" && chunks.length > 0) {
      // The size was checked by the first one, but fast-png would use the last one.
      throw new PhotoError({
        file,
        problem: "it has two IHDR chunks",
        mend: "save it again",
        offset: at,
      });
    }
    if (type === "IHDR" || type === "PLTE" || type === "IDAT" || type === "IEND") {
      chunks.push({
        type,
        whole: bytes.subarray(at, end),
        body: bytes.subarray(at + 8, end - 4),
      });
    }
    if (type === "IEND") return chunks;
    at = end;
  }
}

/** Inflates the image data, which has to have exactly the size that follows from the header. */
function checkImageData(parts: readonly Uint8Array[], header: PngHeader, file: string): void {
  const expected = rawBytes(header);
  const fail = (problem: string, cause?: unknown): never => {
    throw new PhotoError({ file, problem, mend: "send it again", field: "IDAT", cause });
  };
  let length = 0;
  try {
    length = inflateSync(concat(parts), { maxOutputLength: expected }).length;
  } catch (cause) {
    const tooLong = (cause as { code?: string }).code === "ERR_BUFFER_TOO_LARGE";
    fail(
      tooLong
        ? `its image data is larger than ${header.width}x${header.height} pixels`
        : `its image data is damaged or truncated (${(cause as Error).message})`,
      cause,
    );
  }
  if (length < expected) fail(`its image data has ${length} of ${expected} bytes`);
}

/** Bytes of the filtered rows, each of which has one filter byte and its samples. */
export function rawBytes({ width, height, depth, channels, interlaced }: PngHeader): number {
  const rows = (columns: number, count: number) =>
    columns > 0 ? count * (1 + Math.ceil(columns * depth * channels / 8)) : 0;
  if (!interlaced) return rows(width, height);
  return ADAM7.reduce(
    (sum, [x, y, xStep, yStep]) =>
      sum + rows(Math.ceil((width - x) / xStep), Math.max(0, Math.ceil((height - y) / yStep))),
    0,
  );
}

function toRgb(png: DecodedPng, header: PngHeader, file: string): Uint8Array {
  const { width, height, depth, channels, colorType } = header;
  const palette = png.palette;
  const out = new Uint8Array(3 * width * height);
  const read = sampleReader(png, header);
  // Grey samples of fewer bits are scaled to 0..255; palette indices are not.
  const scale = colorType === INDEXED ? 1 : 255 / (2 ** depth - 1);
  const isGrey = channels < 3;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const to = 3 * pixel;
    if (colorType === INDEXED) {
      const index = read(pixel, 0);
      const color = palette?.[index];
      if (!color) {
        throw new PhotoError({
          file,
          problem: `pixel ${pixel} has palette index ${index} of ${palette?.length ?? 0}`,
          mend: "send it again",
          field: "PLTE",
        });
      }
      out.set(color.slice(0, 3), to);
      continue;
    }
    for (let channel = 0; channel < 3; channel++) {
      out[to + channel] = Math.round(read(pixel, isGrey ? 0 : channel) * scale);
    }
  }
  return out;
}

/** Gives a function that reads a sample of a pixel, even where several samples share a byte. */
function sampleReader(
  { data }: DecodedPng,
  { width, depth, channels }: PngHeader,
): (pixel: number, channel: number) => number {
  if (depth >= 8) return (pixel, channel) => data[pixel * channels + channel]!;
  const rowBytes = Math.ceil(width * depth / 8);
  const mask = 2 ** depth - 1;
  return (pixel) => {
    const column = pixel % width;
    const bit = column * depth;
    const byte = data[Math.floor(pixel / width) * rowBytes + (bit >> 3)]!;
    return (byte >> (8 - depth - (bit & 7))) & mask;
  };
}

function chunkType(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at + 4, at + 8));
}

function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  return concat([SIGNATURE, ...chunks]);
}
