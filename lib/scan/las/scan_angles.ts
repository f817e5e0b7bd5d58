/**
 * Whether a LAS file says that its laser looked down on the land.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", "Scan Angle Rank" (point formats 0 to 5, whole degrees) and "Scan Angle"
 * (formats 6 to 10, steps of 0.006 degrees): 0 is straight down, whatever the aircraft's roll.
 *
 * @module
 */
import type { Scan } from "../scan.ts";
import { isLas, LAS_FIELDS, parseLasHeader } from "./header.ts";

/** Byte of the angle in a record of formats 0 to 5, and of 6 to 10. */
const ANGLE_BYTE = { rank: 16, angle: 18 };
/** Degrees of one step of formats 6 to 10. */
const STEP = 0.006;
/** Angles of a laser in the air reach this far from straight down at most; those on a vehicle go all around. Degrees. */
const DOWNWARD = 60;
/** Share of the points whose pulses have to go down. */
const MOST = 0.95;

/**
 * Whether the scan angles of a LAS scan say that it was made from the air. False of another format, and of a file whose
 * angles are all 0, since that is what programs write that know of none.
 */
export function looksDown({ format, bytes, name }: Scan): boolean {
  if (format !== "las" || !isLas(bytes)) return false;
  const { count, pointOffset, recordBytes } = parseLasHeader(bytes, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isRank = bytes[LAS_FIELDS.format]! < 6;
  let downward = 0;
  let isTold = false;
  for (let p = 0; p < count; p++) {
    const record = pointOffset + p * recordBytes;
    const angle = isRank
      ? view.getInt8(record + ANGLE_BYTE.rank)
      : STEP * view.getInt16(record + ANGLE_BYTE.angle, true);
    if (angle !== 0) isTold = true;
    if (Math.abs(angle) <= DOWNWARD) downward++;
  }
  return isTold && downward >= MOST * count;
}
