/**
 * Which echo of its pulse each point of a LAS file is, and how many there were.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15", "Return Number" and "Number of Returns".
 *
 * @module
 */
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
export function echoesOf({ format, bytes, name, count }: Scan): Echoes | null {
  if (format !== "las" || !isLas(bytes)) return null;
  const header = parseLasHeader(bytes, name);
  // A row without a position has no place among the points.
  if (header.count !== count) return null;
  const bits = bytes[LAS_FIELDS.format]! < 6 ? 3 : 4;
  const mask = (1 << bits) - 1;
  const echoes = { number: new Uint8Array(count), count: new Uint8Array(count) };
  for (let p = 0; p < count; p++) {
    const byte = bytes[header.pointOffset + p * header.recordBytes + ECHO_BYTE]!;
    echoes.number[p] = byte & mask;
    echoes.count[p] = (byte >> bits) & mask;
  }
  return echoes.count.some((value) => value > 0) ? echoes : null;
}
