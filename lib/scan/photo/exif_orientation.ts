/**
 * Neutralises the orientation tag of EXIF blocks. Decoders turn photographs by it, but calibrated
 * intrinsics refer to the pixels as they are stored.
 *
 * Source: CIPA DC-008 (EXIF 2.3), TIFF 6.0.
 *
 * @module
 */

const ORIENTATION_TAG = 0x0112;
const UPRIGHT = 1;

/**
 * Sets the orientation to 1 ("as stored") in place.
 *
 * @param tiff an EXIF block from its byte order mark (`II` or `MM`) on; left alone where it is none
 */
export function neutraliseOrientation(tiff: Uint8Array): void {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return;
  const mark = view.getUint16(0);
  if (mark !== 0x4949 && mark !== 0x4d4d) return;
  const little = mark === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return;
    if (view.getUint16(entry, little) === ORIENTATION_TAG) {
      view.setUint16(entry + 8, UPRIGHT, little);
    }
  }
}
