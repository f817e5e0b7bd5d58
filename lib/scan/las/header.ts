/**
 * A strict reader of LAS headers: it checks counts and offsets against the size of the file before anything is read
 * by them. (The parser of loaders.gl trusts the header.)
 *
 * Source: ASPRS, "LAS Specification 1.4 - R15" (and 1.0 to 1.3 for the earlier headers).
 *
 * @module
 */
import { ScanError } from "../errors.ts";
import type { Warning } from "../warning.ts";

/** Bytes of a record of point formats 0 to 10, without extra bytes. */
const RECORD_BYTES = [20, 28, 26, 34, 57, 63, 30, 36, 38, 59, 67] as const;
/** Byte of the red channel within a record of each point format; null without colour. */
const COLOR_OFFSET = [null, null, 20, 28, null, 28, null, 30, 30, null, 30] as const;
/** Header bytes of LAS 1.0 to 1.4. */
const HEADER_BYTES = [227, 227, 227, 235, 375] as const;
/** Bytes of the header of an extended variable-length record. */
export const EVLR_HEADER_BYTES = 60;

/** Byte offsets of header fields. */
export const LAS_FIELDS = {
  globalEncoding: 6,
  majorVersion: 24,
  minorVersion: 25,
  headerBytes: 94,
  pointOffset: 96,
  vlrCount: 100,
  format: 104,
  recordBytes: 105,
  /** The 32-bit count. */
  legacyCount: 107,
  scale: 131,
  offset: 155,
  waveformOffset: 227,
  evlrOffset: 235,
  evlrCount: 243,
  /** The 64-bit count of LAS 1.4. */
  count: 247,
} as const;

/** The content of a LAS header. */
export interface LasHeader {
  /** Minor version, 0 to 4. */
  minor: number;
  /** Bytes of the header. */
  headerBytes: number;
  /** Byte of the first point record. */
  pointOffset: number;
  /** Number of variable-length records. */
  vlrCount: number;
  /** Point format, 0 to 10. */
  format: number;
  /** Whether the points are LAZ-compressed. */
  compressed: boolean;
  /** Bytes of a point record, extra bytes included. */
  recordBytes: number;
  /** Bytes of a point record without extra bytes. */
  formatBytes: number;
  /** Number of points; of a compressed file only the likeliest, since its chunks decide. */
  count: number;
  /** The counts that the header states, the 64-bit one first: one where both are the same, or where there is one. */
  statedCounts: readonly number[];
  /** Scale of x, y, z: a coordinate is its integer times the scale plus the offset. */
  scale: [number, number, number];
  /** Offset of x, y, z. */
  offset: [number, number, number];
  /** Byte of the waveform data; 0 for none. */
  waveformOffset: number;
  /** Byte of the first extended variable-length record; 0 for none. */
  evlrOffset: number;
  /** Number of extended variable-length records. */
  evlrCount: number;
  /** Byte of the classification within a record. */
  classOffset: number;
  /** Bits of the classification byte that hold the class; the others are flags. */
  classMask: number;
  /** Byte of the flag `withheld` within a record. */
  withheldOffset: number;
  /** The bit of it; 0 for LAS 1.0, which has no flags. */
  withheldBit: number;
  /** Byte of the red channel within a record; null without colour. */
  colorOffset: number | null;
}

/** Tells whether a file begins like LAS or LAZ. */
export function isLas(bytes: Uint8Array): boolean {
  return bytes[0] === 0x4c && bytes[1] === 0x41 && bytes[2] === 0x53 && bytes[3] === 0x46;
}

/** Refuses the file. */
type Refuse = (problem: string, mend: string, offset: number, field: string) => never;

const WHOLE_FILE = "send the whole file";
const CORRECT_HEADER = "correct the header";
const COUNT_FIELD = "number of point records";

/**
 * Reads the header of a LAS or LAZ file and checks its counts and offsets against the size of the file.
 *
 * @param file name of the scan, for errors
 * @throws {ScanError} with byte and field
 */
export function parseLasHeader(bytes: Uint8Array, file: string): LasHeader {
  const header = parseLasStart(bytes, bytes.length, file);
  checkEvlrs(viewOf(bytes), header, refusalOf(file));
  return header;
}

/**
 * Reads the header of a file of which only the beginning is there. Extended records lie behind it and are not checked.
 *
 * @param start as much of the file as holds its header
 * @param size bytes of the file
 * @param file name of the scan, for errors
 * @throws {ScanError} with byte and field
 */
export function parseLasStart(start: Uint8Array, size: number, file: string): LasHeader {
  const refuse = refusalOf(file);
  if (!isLas(start)) {
    refuse("it does not begin with 'LASF'", "send a LAS, LAZ or PLY file", 0, "file signature");
  }
  const view = viewOf(start);
  const version = readVersion(view, size, refuse);
  const records = readPointFormat(view, refuse);
  const pointOffset = readPointOffset(view, size, version.headerBytes, refuse);
  const extensions = readExtensions(view, version.minor);
  const counts = readPointCounts(
    view,
    { ...version, ...records, ...extensions, pointOffset, length: size },
    refuse,
  );
  requireRoom(size, { ...records, pointOffset, ...counts }, refuse);
  const transform = readTransform(view, refuse);
  const { format } = records;
  return {
    ...version,
    pointOffset,
    vlrCount: view.getUint32(LAS_FIELDS.vlrCount, true),
    ...records,
    ...counts,
    ...transform,
    ...extensions,
    classOffset: format < 6 ? 15 : 16,
    classMask: format < 6 ? 0x1f : 0xff,
    withheldOffset: 15,
    withheldBit: version.minor === 0 ? 0 : format < 6 ? 0x80 : 0x04,
    colorOffset: COLOR_OFFSET[format] ?? null,
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function refusalOf(file: string): Refuse {
  return (problem, mend, offset, field) => {
    throw new ScanError({ file, problem, mend, offset, field });
  };
}

function readVersion(
  view: DataView,
  size: number,
  refuse: Refuse,
): Pick<LasHeader, "minor" | "headerBytes"> {
  if (size < HEADER_BYTES[0]) {
    const problem = `${size} bytes are too few for a header of ${HEADER_BYTES[0]}`;
    refuse(problem, WHOLE_FILE, size, "header");
  }
  const major = view.getUint8(LAS_FIELDS.majorVersion);
  const minor = view.getUint8(LAS_FIELDS.minorVersion);
  const least = HEADER_BYTES[minor];
  if (major !== 1 || least === undefined) {
    const problem = `version ${major}.${minor} is not supported`;
    return refuse(problem, "convert it to LAS 1.0 to 1.4", LAS_FIELDS.majorVersion, "version");
  }
  const headerBytes = view.getUint16(LAS_FIELDS.headerBytes, true);
  if (headerBytes < least || headerBytes > size) {
    const problem =
      `a header of ${headerBytes} bytes does not fit LAS 1.${minor} (at least ${least}) and a file of ${size}`;
    refuse(problem, WHOLE_FILE, LAS_FIELDS.headerBytes, "header size");
  }
  return { minor, headerBytes };
}

function readPointFormat(
  view: DataView,
  refuse: Refuse,
): Pick<LasHeader, "format" | "compressed" | "recordBytes" | "formatBytes"> {
  const byte = view.getUint8(LAS_FIELDS.format);
  const compressed = (byte & 0xc0) !== 0;
  const format = byte & 0x3f;
  const formatBytes = RECORD_BYTES[format];
  if (formatBytes === undefined) {
    const problem = `point format ${format} does not exist`;
    return refuse(problem, "use formats 0 to 10", LAS_FIELDS.format, "point data record format");
  }
  const recordBytes = view.getUint16(LAS_FIELDS.recordBytes, true);
  if (recordBytes < formatBytes) {
    const problem =
      `records of ${recordBytes} bytes are too short for point format ${format} (${formatBytes})`;
    refuse(problem, CORRECT_HEADER, LAS_FIELDS.recordBytes, "point data record length");
  }
  return { format, compressed, recordBytes, formatBytes };
}

function readPointOffset(
  view: DataView,
  size: number,
  headerBytes: number,
  refuse: Refuse,
): number {
  const pointOffset = view.getUint32(LAS_FIELDS.pointOffset, true);
  if (pointOffset < headerBytes || pointOffset > size) {
    const problem =
      `the points should begin at byte ${pointOffset}, outside the file of ${size} bytes or inside its header`;
    refuse(problem, WHOLE_FILE, LAS_FIELDS.pointOffset, "offset to point data");
  }
  return pointOffset;
}

/**
 * LAS 1.4 counts in 64 bits; its 32-bit count is 0 for formats 6 and up, and otherwise the same. Where they differ, the
 * room of uncompressed points decides.
 */
function readPointCounts(
  view: DataView,
  header: RoomOfPoints & Pick<LasHeader, "minor" | "compressed">,
  refuse: Refuse,
): Pick<LasHeader, "count" | "statedCounts"> {
  const { minor, compressed } = header;
  const legacy = view.getUint32(LAS_FIELDS.legacyCount, true);
  const long = minor < 4 ? legacy : Number(view.getBigUint64(LAS_FIELDS.count, true));
  const statedCounts = legacy === 0 || legacy === long ? [long] : [long, legacy];
  const [count, other] = statedCounts.filter((stated) => stated > 0);
  const room = wholeRecords(header);
  if (count === undefined) {
    const offset = minor === 4 ? LAS_FIELDS.count : LAS_FIELDS.legacyCount;
    const problem = "the scan is empty (0 points)";
    return compressed || room === 0
      ? refuse(problem, "send a scan with points", offset, COUNT_FIELD)
      : refuse(
        `${problem}, though it has room for ${room} records`,
        "write how many of them are points into the header",
        offset,
        COUNT_FIELD,
      );
  }
  if (other === undefined || compressed || count === room) return { count, statedCounts };
  if (other === room) return { count: other, statedCounts };
  return refuse(
    `the header counts ${countsAsText(statedCounts)} points, and there is room for ${room}`,
    CORRECT_HEADER,
    LAS_FIELDS.count,
    COUNT_FIELD,
  );
}

/** The counts of a header, for messages. */
function countsAsText([count, legacy]: readonly number[]): string {
  return legacy === undefined ? `${count}` : `${count} (in 64 bits) or ${legacy} (in 32 bits)`;
}

/** What says how many records lie in a file: its bytes, and what follows the points. */
type RoomOfPoints =
  & Pick<LasHeader, "pointOffset" | "recordBytes" | "waveformOffset" | "evlrOffset">
  & { length: number };

/** Whole records from a byte, by default that of the first point, to the waveforms, the extended records or the end. */
function wholeRecords(
  { pointOffset, recordBytes, waveformOffset, evlrOffset, length }: RoomOfPoints,
  from = pointOffset,
): number {
  const next = Math.min(...[waveformOffset, evlrOffset, length].filter((at) => at >= from));
  return Math.floor((next - from) / recordBytes);
}

/** Uncompressed points have to fit into the file. */
function requireRoom(
  size: number,
  { compressed, count, recordBytes, pointOffset }: Pick<
    LasHeader,
    "compressed" | "count" | "recordBytes" | "pointOffset"
  >,
  refuse: Refuse,
): void {
  const room = size - pointOffset;
  if (compressed || count * recordBytes <= room) return;
  const problem =
    `${count} points of ${recordBytes} bytes do not fit into the ${room} bytes from byte ${pointOffset}`;
  refuse(problem, WHOLE_FILE, size, COUNT_FIELD);
}

function readTransform(view: DataView, refuse: Refuse): Pick<LasHeader, "scale" | "offset"> {
  const vector = (at: number): [number, number, number] => [
    view.getFloat64(at, true),
    view.getFloat64(at + 8, true),
    view.getFloat64(at + 16, true),
  ];
  const scale = vector(LAS_FIELDS.scale);
  const offset = vector(LAS_FIELDS.offset);
  if (!scale.every((value) => Number.isFinite(value) && value !== 0)) {
    const mend = "write finite scales that are not 0";
    refuse(`the scale is ${scale.join(", ")}`, mend, LAS_FIELDS.scale, "scale");
  }
  if (!offset.every(Number.isFinite)) {
    const mend = "write finite offsets";
    refuse(`the offset is ${offset.join(", ")}`, mend, LAS_FIELDS.offset, "offset");
  }
  return { scale, offset };
}

/** Waveforms came with LAS 1.3, extended variable-length records with LAS 1.4. */
function readExtensions(
  view: DataView,
  minor: number,
): Pick<LasHeader, "waveformOffset" | "evlrOffset" | "evlrCount"> {
  const offset = (at: number) => Number(view.getBigUint64(at, true));
  const evlrCount = minor === 4 ? view.getUint32(LAS_FIELDS.evlrCount, true) : 0;
  return {
    waveformOffset: minor >= 3 ? offset(LAS_FIELDS.waveformOffset) : 0,
    evlrOffset: evlrCount > 0 ? offset(LAS_FIELDS.evlrOffset) : 0,
    evlrCount,
  };
}

/** Extended records end the file: one that is cut off shows that the file is. */
function checkEvlrs(
  view: DataView,
  { evlrOffset, evlrCount, pointOffset }: LasHeader,
  refuse: Refuse,
): void {
  let at = evlrOffset;
  for (let i = 0; i < evlrCount; i++) {
    const body = at + EVLR_HEADER_BYTES;
    const end = body <= view.byteLength ? body + Number(view.getBigUint64(at + 20, true)) : body;
    if (at < pointOffset || end > view.byteLength) {
      refuse(
        `extended variable-length record ${i} of ${evlrCount} should lie at bytes ${at} to ${end}, the file has ${view.byteLength}`,
        WHOLE_FILE,
        LAS_FIELDS.evlrOffset,
        "start of first extended variable-length record",
      );
    }
    at = end;
  }
}

/**
 * What is doubtful about the number of points: counts of the header that are not those that were read, and, in an
 * uncompressed file, whole records that follow the last one, before the waveforms, the extended records or the end.
 *
 * @param header of the file as it came
 * @param read number of points that were read
 */
export function countWarnings({ length }: Uint8Array, header: LasHeader, read: number): Warning[] {
  const { compressed, pointOffset, recordBytes, statedCounts } = header;
  const doubt = (text: string): Warning => ({ code: "points", text, field: "scan" });
  const differ = statedCounts.length > 1 || statedCounts[0] !== read;
  const surplus = compressed
    ? 0
    : wholeRecords({ ...header, length }, pointOffset + read * recordBytes);
  return [
    ...(differ
      ? [doubt(
        `The header counts ${
          countsAsText(statedCounts)
        } points, and the file holds ${read}, which were read. Correct the number of point records.`,
      )]
      : []),
    ...(surplus > 0
      ? [doubt(
        `The header counts ${read} points, and there is room for ${surplus} more records behind them, which were not read and keep their bytes. Correct the number of point records if they are points.`,
      )]
      : []),
  ];
}

/**
 * Lists the extended variable-length records of a file whose header has been checked.
 *
 * @returns the byte of each record's header, and the byte after its body
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
