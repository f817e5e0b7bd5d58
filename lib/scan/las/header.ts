/**
 * A strict reader of LAS headers. loaders.gl reads points by whatever the header says; here the header is
 * held against the size of the file first.
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15" (and 1.0 to 1.3 for the earlier headers).
 *
 * @module
 */
import { ScanError } from "../errors.ts";

/** Bytes of a record of point formats 0 to 10, without extra bytes. */
const RECORD_BYTES = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67] as const;
/** Byte of the red channel within a record of each point format; null without colour. */
const COLOR_OFFSET = [null, null, 20, 28, null, 28, null, 30, 30, null, 30] as const;
/** Header bytes of LAS 1.0 to 1.4. */
const HEADER_BYTES = [227, 227, 227, 235, 375] as const;
/** Bytes of the header of an extended variable-length record. */
const EVLR_HEADER_BYTES = 60;

/** Byte offsets of header fields that answers patch. */
export const LAS_FIELDS = {
  vlrCount: 100,
  pointOffset: 96,
  format: 104,
  recordBytes: 105,
  waveformOffset: 227,
  evlrOffset: 235,
  evlrCount: 243,
} as const;

/** What a LAS header says. */
export interface LasHeader {
  /** Minor version, 0 to 4. */
  minor: number;
  headerBytes: number;
  /** Byte of the first point record. */
  pointOffset: number;
  vlrCount: number;
  /** Point format, 0 to 10. */
  format: number;
  /** Whether the points are LAZ-compressed. */
  compressed: boolean;
  /** Bytes of a point record, extra bytes included. */
  recordBytes: number;
  /** Bytes of a point record that the format defines. */
  formatBytes: number;
  /** Number of points. */
  count: number;
  scale: [number, number, number];
  offset: [number, number, number];
  /** Byte of the waveform data; 0 for none. */
  waveformOffset: number;
  /** Byte of the first extended variable-length record; 0 for none. */
  evlrOffset: number;
  evlrCount: number;
  /** Byte of the classification within a record. */
  classOffset: number;
  /** Bits of the classification byte that hold the class; the others are flags. */
  classMask: number;
  /** Byte of the red channel within a record; null without colour. */
  colorOffset: number | null;
}

/** Whether a file begins like LAS or LAZ. */
export function isLas(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4c && bytes[1] === 0x41 && bytes[2] === 0x53 && bytes[3] === 0x46;
}

/**
 * Reads the header of a LAS or LAZ file and holds its counts and offsets against the size of the file.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} with byte and field
 */
export function parseLasHeader(bytes: Uint8Array, file: string): LasHeader {
  const fail = (problem: string, mend: string, offset: number, field: string): never => {
    throw new ScanError({ file, problem, mend, offset, field });
  };
  if (!isLas(bytes)) {
    fail("it does not begin with 'LASF'", "send a LAS, LAZ or PLY file", 0, "file signature");
  }
  const whole = "send the whole file";
  if (bytes.length < HEADER_BYTES[0]) {
    fail(
      `${bytes.length} bytes are too few for a header of ${HEADER_BYTES[0]}`,
      whole,
      bytes.length,
      "header",
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = view.getUint8(24);
  const minor = view.getUint8(25);
  const leastHeader = HEADER_BYTES[minor];
  if (major !== 1 || leastHeader === undefined) {
    return fail(
      `version ${major}.${minor} is not supported`,
      "convert it to LAS 1.0 to 1.4",
      24,
      "version",
    );
  }
  const headerBytes = view.getUint16(94, true);
  if (headerBytes < leastHeader || headerBytes > bytes.length) {
    fail(
      `a header of ${headerBytes} bytes does not fit LAS 1.${minor} (at least ${leastHeader}) and a file of ${bytes.length}`,
      whole,
      94,
      "header size",
    );
  }

  const formatByte = view.getUint8(LAS_FIELDS.format);
  const compressed = (formatByte & 0xc0) !== 0;
  const format = formatByte & 0x3f;
  const formatBytes = RECORD_BYTES[format];
  if (formatBytes === undefined) {
    return fail(
      `point format ${format} does not exist`,
      "use formats 0 to 10",
      104,
      "point data record format",
    );
  }
  const recordBytes = view.getUint16(LAS_FIELDS.recordBytes, true);
  if (recordBytes < formatBytes) {
    fail(
      `records of ${recordBytes} bytes are too short for point format ${format} (${formatBytes})`,
      "correct the header",
      LAS_FIELDS.recordBytes,
      "point data record length",
    );
  }
  const pointOffset = view.getUint32(LAS_FIELDS.pointOffset, true);
  if (pointOffset < headerBytes || pointOffset > bytes.length) {
    fail(
      `the points should begin at byte ${pointOffset}, outside the file of ${bytes.length} bytes or inside its header`,
      whole,
      LAS_FIELDS.pointOffset,
      "offset to point data",
    );
  }

  const count = pointCount(view, minor, fail);
  if (count === 0) {
    fail(
      "the scan is empty (0 points)",
      "send a scan with points",
      minor === 4 ? 247 : 107,
      "number of point records",
    );
  }
  const room = bytes.length - pointOffset;
  if (!compressed && count * recordBytes > room) {
    fail(
      `${count} points of ${recordBytes} bytes do not fit into the ${room} bytes from byte ${pointOffset}`,
      whole,
      bytes.length,
      "number of point records",
    );
  }

  const triple = (at: number): [number, number, number] => [
    view.getFloat64(at, true),
    view.getFloat64(at + 8, true),
    view.getFloat64(at + 16, true),
  ];
  const scale = triple(131);
  const offset = triple(155);
  if (!scale.every((value) => Number.isFinite(value) && value !== 0)) {
    fail(`the scale is ${scale.join(", ")}`, "write finite scales that are not 0", 131, "scale");
  }
  if (!offset.every(Number.isFinite)) {
    fail(`the offset is ${offset.join(", ")}`, "write finite offsets", 155, "offset");
  }

  const waveformOffset = minor >= 3
    ? Number(view.getBigUint64(LAS_FIELDS.waveformOffset, true))
    : 0;
  const evlrCount = minor === 4 ? view.getUint32(LAS_FIELDS.evlrCount, true) : 0;
  const evlrOffset = evlrCount > 0 ? Number(view.getBigUint64(LAS_FIELDS.evlrOffset, true)) : 0;
  checkEvlrs(view, evlrOffset, evlrCount, pointOffset, fail);

  return {
    minor,
    headerBytes,
    pointOffset,
    vlrCount: view.getUint32(LAS_FIELDS.vlrCount, true),
    format,
    compressed,
    recordBytes,
    formatBytes,
    count,
    scale,
    offset,
    waveformOffset,
    evlrOffset,
    evlrCount,
    classOffset: format < 6 ? 15 : 16,
    classMask: format < 6 ? 0x1f : 0xff,
    colorOffset: COLOR_OFFSET[format]!,
  };
}

type Fail = (problem: string, mend: string, offset: number, field: string) => never;

/** LAS 1.4 counts in 64 bits; the 32-bit count is 0 there for formats 6 and up, and else the same. */
function pointCount(view: DataView, minor: number, fail: Fail): number {
  const legacy = view.getUint32(107, true);
  if (minor < 4) return legacy;
  const count = Number(view.getBigUint64(247, true));
  if (legacy !== 0 && legacy !== count) {
    fail(
      `the header counts ${count} points in 64 bits and ${legacy} in 32 bits`,
      "correct the header",
      247,
      "number of point records",
    );
  }
  return count;
}

/** Extended records end the file: one that is cut shows that the file is. */
function checkEvlrs(
  view: DataView,
  start: number,
  count: number,
  pointOffset: number,
  fail: Fail,
): void {
  let at = start;
  for (let i = 0; i < count; i++) {
    const body = at + EVLR_HEADER_BYTES;
    const end = body <= view.byteLength ? body + Number(view.getBigUint64(at + 20, true)) : body;
    if (at < pointOffset || end > view.byteLength) {
      fail(
        `extended variable-length record ${i} of ${count} should lie at bytes ${at} to ${end}, the file has ${view.byteLength}`,
        "send the whole file",
        LAS_FIELDS.evlrOffset,
        "start of first extended variable-length record",
      );
    }
    at = end;
  }
}

/**
 * Lists the extended variable-length records of a file whose header has been checked.
 *
 * @returns the bytes where each begins and ends, its own header included
 */
export function parseEvlrs(
  bytes: Uint8Array,
  { evlrOffset, evlrCount }: LasHeader,
): { offset: number; end: number }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const evlrs = [];
  let offset = evlrOffset;
  for (let i = 0; i < evlrCount; i++) {
    const end = offset + EVLR_HEADER_BYTES + Number(view.getBigUint64(offset + 20, true));
    evlrs.push({ offset, end });
    offset = end;
  }
  return evlrs;
}
