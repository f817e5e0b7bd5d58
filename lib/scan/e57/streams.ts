/**
 * The points of an E57 scan: packets that hold a piece of one stream of bits for each field.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { ScanError } from "../errors.ts";
import type { E57Field, E57Scan } from "./layout.ts";
import { type E57Header, logicalOffset, physicalOffset } from "./pages.ts";

const SECTION_BYTES = 32;
const COMPRESSED_VECTOR = 1;
const DATA_PACKET = 1;

/**
 * Reads the numbers of all fields that have some.
 *
 * @param logical the file without checksums
 * @returns by field, in their order; null for those that are not numbers
 * @throws {ScanError} with the byte at which the points are damaged, or end too early
 */
export function e57Values(
  logical: Uint8Array,
  { pageSize }: Pick<E57Header, "pageSize">,
  scan: E57Scan,
  file: string,
): (Float64Array | null)[] {
  const refuse = (problem: string, at: number): never => {
    throw new ScanError({
      file,
      problem: `the points of ${scan.name.slice(0, 80)} are damaged: ${problem}`,
      mend: "send the whole file, or write it again",
      offset: physicalOffset(at, pageSize),
      field: "points",
    });
  };
  const { fields, count } = scan;
  const view = new DataView(logical.buffer, logical.byteOffset, logical.byteLength);
  const section = logicalOffset(scan.fileOffset, pageSize);
  if (section + SECTION_BYTES > logical.length) {
    refuse("they lie behind the end of the file", logical.length);
  }
  if (logical[section] !== COMPRESSED_VECTOR) {
    refuse(`section ${logical[section]} is none of points`, section);
  }
  const end = section + Number(view.getBigUint64(section + 8, true));
  if (end > logical.length) refuse("they reach beyond the end of the file", section + 8);
  let at = logicalOffset(Number(view.getBigUint64(section + 16, true)), pageSize);
  const pieces: Uint8Array[][] = fields.map(() => []);
  const isShort = () =>
    fields.some((field, i) =>
      bitsOf(field) * count > 8 * pieces[i]!.reduce((sum, { length }) => sum + length, 0)
    );
  // Every packet makes the streams longer, so that this is asked only at the end of the section.
  while (at + 4 <= end) {
    const packet = at;
    const length = view.getUint16(at + 2, true) + 1;
    if (length % 4 !== 0 || packet + length > end) refuse(`a packet has ${length} bytes`, packet);
    if (logical[packet] === DATA_PACKET) {
      const streams = view.getUint16(packet + 4, true);
      if (streams !== fields.length) {
        refuse(`a packet has ${streams} streams for ${fields.length} fields`, packet + 4);
      }
      let start = packet + 6 + 2 * streams;
      for (let i = 0; i < streams; i++) {
        const bytes = view.getUint16(packet + 6 + 2 * i, true);
        if (start + bytes > packet + length) {
          refuse("a stream reaches beyond its packet", packet + 6 + 2 * i);
        }
        pieces[i]!.push(logical.subarray(start, start + bytes));
        start += bytes;
      }
    } else if (logical[packet]! > 2) {
      refuse(`packets of type ${logical[packet]} are not known`, packet);
    }
    at += length;
  }
  if (isShort()) refuse(`they end before all ${count} are there`, at);
  return fields.map((field, i) => {
    const values = decoded(concat(pieces[i]!), field, count);
    pieces[i] = [];
    return values;
  });
}

/** Bits of a number of a field. */
export function bitsOf(field: E57Field): number {
  return field.kind === "other" ? 0 : field.bits;
}

function decoded(stream: Uint8Array, field: E57Field, count: number): Float64Array | null {
  if (field.kind === "other") return null;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const out = new Float64Array(count);
  if (field.kind === "float") {
    for (let i = 0; i < count; i++) {
      out[i] = field.bits === 32 ? view.getFloat32(4 * i, true) : view.getFloat64(8 * i, true);
    }
    return out;
  }
  const { bits, least, scale, offset } = field;
  for (let i = 0; i < count; i++) {
    out[i] = (integerAt(stream, i * bits, bits) + least) * scale + offset;
  }
  return out;
}

/** The integer in some bits of a stream, the lowest bit first. */
function integerAt(stream: Uint8Array, firstBit: number, bits: number): number {
  let value = 0;
  let weight = 1;
  let bit = firstBit % 8;
  for (let at = Math.floor(firstBit / 8), rest = bits; rest > 0; at++) {
    const taken = Math.min(8 - bit, rest);
    value += ((stream[at]! >> bit) & ((1 << taken) - 1)) * weight;
    weight *= 2 ** taken;
    rest -= taken;
    bit = 0;
  }
  return value;
}
