/**
 * The pages of an E57 file: its header, and its bytes without the checksum at the end of each page.
 *
 * Source: ASTM E2807-11, sections 7 and 8, and libE57Format, `CheckedFile.cpp`.
 *
 * @module
 */
import { ScanError } from "../errors.ts";

const SIGNATURE = "ASTM-E57";
const HEADER_BYTES = 48;
const CHECKSUM_BYTES = 4;
const CRC32C_POLYNOMIAL = 0x82f63b78;

/** The header of a file. */
export interface E57Header {
  /** Bytes of a page, its checksum included. */
  pageSize: number;
  /** Byte of the XML, among those without checksums. */
  xmlOffset: number;
  /** Bytes of the XML, without checksums. */
  xmlLength: number;
}

/** Tells whether a file begins like E57. */
export function isE57(start: Uint8Array): boolean {
  return SIGNATURE === new TextDecoder("latin1").decode(start.subarray(0, SIGNATURE.length));
}

/**
 * Reads the header of an E57 file.
 *
 * @param size bytes of the file
 * @throws {ScanError} with byte and field
 */
export function parseE57Header(start: Uint8Array, size: number, file: string): E57Header {
  const refuse = (problem: string, mend: string, offset: number, field: string): never => {
    throw new ScanError({ file, problem, mend, offset, field });
  };
  if (start.length < HEADER_BYTES) {
    refuse(`${size} bytes are too few for a header`, "send the whole file", size, "header");
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const major = view.getUint32(8, true);
  if (major !== 1) refuse(`version ${major} is not supported`, "write version 1", 8, "version");
  const number = (at: number) => Number(view.getBigUint64(at, true));
  const [length, xmlPhysical, xmlLength, pageSize] = [
    number(16),
    number(24),
    number(32),
    number(40),
  ];
  if (length > size) {
    refuse(
      `it should have ${length} bytes, and has ${size}`,
      "send the whole file",
      size,
      "length",
    );
  }
  if (!(pageSize > CHECKSUM_BYTES && pageSize <= 2 ** 20 && pageSize % 4 === 0)) {
    refuse(`pages of ${pageSize} bytes are not possible`, "use pages of 1024", 40, "page size");
  }
  const header = { pageSize, xmlOffset: logicalOffset(xmlPhysical, pageSize), xmlLength };
  if (
    header.xmlOffset < HEADER_BYTES || header.xmlOffset + xmlLength > logicalBytes(size, pageSize)
  ) {
    refuse(
      `its XML should lie at byte ${xmlPhysical} with ${xmlLength} bytes, the file has ${size}`,
      "send the whole file",
      24,
      "XML offset",
    );
  }
  return header;
}

/** The place of a byte of the file among those without checksums. */
export function logicalOffset(physical: number, pageSize: number): number {
  const page = Math.floor(physical / pageSize);
  const payload = pageSize - CHECKSUM_BYTES;
  return page * payload + Math.min(physical % pageSize, payload);
}

/** The place in the file of a byte among those without checksums. */
export function physicalOffset(logical: number, pageSize: number): number {
  const payload = pageSize - CHECKSUM_BYTES;
  return Math.floor(logical / payload) * pageSize + logical % payload;
}

/** Bytes of a file without its checksums. */
export function logicalBytes(size: number, pageSize: number): number {
  return Math.floor(size / pageSize) * (pageSize - CHECKSUM_BYTES);
}

/**
 * Gives the bytes of a file, or of some of its pages, without their checksums.
 *
 * @param from the first byte that is wanted, without checksums; what lies before its page is left zero
 * @param firstPage number of the page that `bytes` begin with
 * @throws {ScanError} naming the first page that is damaged
 */
export function withoutChecksums(
  bytes: Uint8Array,
  { pageSize }: Pick<E57Header, "pageSize">,
  file: string,
  from = 0,
  firstPage = 0,
): Uint8Array {
  const payload = pageSize - CHECKSUM_BYTES;
  const pages = Math.floor(bytes.length / pageSize);
  const out = new Uint8Array(pages * payload);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let page = Math.floor(from / payload); page < pages; page++) {
    const start = page * pageSize;
    const content = bytes.subarray(start, start + payload);
    // The one number of the file that is big-endian.
    const stored = view.getUint32(start + payload, false);
    if (stored !== crc32c(content)) {
      throw new ScanError({
        file,
        problem: `page ${firstPage + page} is damaged: its checksum does not fit`,
        mend: "send the file again",
        offset: firstPage * pageSize + start,
      });
    }
    out.set(content, page * payload);
  }
  return out;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? CRC32C_POLYNOMIAL : 0);
  return value;
});

/** The checksum CRC-32C (Castagnoli). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}
