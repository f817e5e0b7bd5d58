/**
 * Decodes JPEG and WebP with Deno's own `createImageBitmap`, and gets the pixels out by the public way
 * that needs no canvas library: encode as BMP, which is uncompressed, and read that.
 *
 * @module
 */

/** Red, green, blue of a decoded image. */
export interface Pixels {
  width: number;
  height: number;
  /** [height][width][3] */
  pixels: Uint8Array;
}

/**
 * Decodes an image. It blocks the thread (some 80 ms for 1920x1080), applies EXIF orientation, and takes
 * truncated JPEG without complaint: look at the file first.
 *
 * @throws {DOMException} where the image cannot be decoded
 */
export async function decodeBitmap(bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> {
  // "none" for premultiplyAlpha would divide colours by alpha that were never multiplied (Deno 2.9).
  const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" });
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("bitmaprenderer")!.transferFromImageBitmap(bitmap);
  const bmp = await canvas.convertToBlob({ type: "image/bmp" });
  return { width, height, pixels: bmpToRgb(new Uint8Array(await bmp.arrayBuffer())) };
}

/**
 * Pixels of the BMP files that Deno writes: 8 bits with a palette, 24 or 32 bits, rows from the bottom up.
 *
 * @throws {TypeError} for any other BMP
 */
export function bmpToRgb(bmp: Uint8Array): Uint8Array {
  const view = new DataView(bmp.buffer, bmp.byteOffset, bmp.byteLength);
  const start = view.getUint32(10, true);
  const palette = 14 + view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  if (height < 0 || (bits !== 8 && bits !== 24 && bits !== 32)) {
    throw new TypeError(`Cannot read BMP of ${bits} bits and height ${height}`);
  }
  const step = bits / 8;
  const rowBytes = Math.ceil(width * step / 4) * 4;
  const rgb = new Uint8Array(3 * width * height);
  let to = 0;
  for (let row = height - 1; row >= 0; row--) {
    for (let column = 0; column < width; column++) {
      const at = start + row * rowBytes + column * step;
      const from = bits === 8 ? palette + 4 * bmp[at]! : at;
      rgb[to++] = bmp[from + 2]!;
      rgb[to++] = bmp[from + 1]!;
      rgb[to++] = bmp[from]!;
    }
  }
  return rgb;
}
