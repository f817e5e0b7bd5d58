/**
 * Builders of photographs for the tests of lib/scan.
 *
 * @module
 */
import { crc32, deflateSync } from "node:zlib";
import { concat } from "@std/bytes/concat";

/** The content of a PNG to build. */
export interface PngRecipe {
  width: number;
  height: number;
  depth: number;
  colorType: number;
  /** Filtered rows, before they are deflated. */
  raw: Uint8Array;
  interlace?: number;
  /** Chunks between header and image data: [type, body]. */
  extra?: [string, Uint8Array][];
}

/** Builds a PNG file, chunk by chunk. */
export function makePng({ raw, ...recipe }: PngRecipe): Uint8Array {
  return pngOf(recipe, deflateSync(raw));
}

/** Builds a PNG file around deflated rows. */
export function pngOf(recipe: Omit<PngRecipe, "raw">, deflated: Uint8Array): Uint8Array {
  const { width, height, depth, colorType, interlace = 0, extra = [] } = recipe;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([depth, colorType, 0, 0, interlace], 8);
  return concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", header),
    ...extra.map(([type, body]) => chunk(type, body)),
    chunk("IDAT", deflated),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** 3x2 pixels, lossless with alpha and EXIF orientation 6; made by Pillow 12 with exact=True. */
export const WEBP = Uint8Array.fromBase64(
  "UklGRoAAAABXRUJQVlA4WAoAAAAYAAAAAgAAAQAAVlA4TD8AAAAvAkAAEC8gJCCcUP1/6QaZtE37TkT9uxxBts0uUn/LKwhAANmuDnlhleAdv1mcFhRAIdsIcOhej3O5iP7HOwIARVhJRhoAAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA==",
);

/** Puts filter byte 0 in front of each row. */
export function unfiltered(...rows: number[][]): Uint8Array {
  return Uint8Array.from(rows.flatMap((row) => [0, ...row]));
}

/** Encodes a JPEG with Deno, and inserts an EXIF block with the orientation if one is given. */
export async function makeJpeg(
  png: Uint8Array<ArrayBuffer>,
  orientation?: number,
): Promise<Uint8Array> {
  const bitmap = await createImageBitmap(new Blob([png]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 1 });
  const jpeg = new Uint8Array(await blob.arrayBuffer());
  if (orientation === undefined) return jpeg;
  const tiff = [
    0x4d,
    0x4d,
    0,
    42,
    0,
    0,
    0,
    8,
    0,
    1,
    1,
    0x12,
    0,
    3,
    0,
    0,
    0,
    1,
    0,
    orientation,
    0,
    0,
  ];
  const body = [...new TextEncoder().encode("Exif\0\0"), ...tiff, 0, 0, 0, 0];
  const app1 = Uint8Array.of(0xff, 0xe1, 0, body.length + 2, ...body);
  return concat([jpeg.subarray(0, 2), app1, jpeg.subarray(2)]);
}

function chunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + body.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(body, 8);
  view.setUint32(8 + body.length, crc32(out.subarray(4, 8 + body.length)));
  return out;
}
