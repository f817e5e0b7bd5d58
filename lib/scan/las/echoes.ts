/**
 * Which echo of its pulse each point of a LAS file is, and how many there were.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", "Return Number" and "Number of Returns".
 *
 * @module
 */
import { withoutPoints } from "../left_out.ts";
import type { Scan } from "../scan.ts";
import { isLas, LAS_FIELDS, parseLasHeader } from "./header.ts";

/** The echoes of a scan's points. */
export interface Echoes {
  /** [N] number of the echo, from 1; 0 where the file says none. */
  readonly number: Uint8Array;
  /** [N] echoes of the pulse; 0 where the file says none. */
  readonly count: Uint8Array;
}

const ECHO_BYTE = 14;

/** Gives the echoes of a LAS scan; null of another format, and where the file says none at all. */
export function echoesOf({ format, bytes, name, count, leftOut = [] }: Scan): Echoes | null {
  if (format !== "las" || !isLas(bytes)) return null;
  const header = parseLasHeader(bytes, name);
  // A part of a scan has not the file's rows.
  if (header.count !== count + leftOut.length) return null;
  const bits = bytes[LAS_FIELDS.format]! < 6 ? 3 : 4;
  const mask = (1 << bits) - 1;
  const rows = { number: new Uint8Array(header.count), count: new Uint8Array(header.count) };
  for (let row = 0; row < header.count; row++) {
    const byte = bytes[header.pointOffset + row * header.recordBytes + ECHO_BYTE]!;
    rows.number[row] = byte & mask;
    rows.count[row] = (byte >> bits) & mask;
  }
  const echoes = {
    number: withoutPoints(rows.number, 1, leftOut),
    count: withoutPoints(rows.count, 1, leftOut),
  };
  return echoes.count.some((value) => value > 0) ? echoes : null;
}
