/**
 * Builds E57 files after ASTM E2807, independent of the code under test.
 *
 * @module
 */
/** A field: its name, its XML attributes, and how its numbers become bits. */
export interface E57Column {
  name: string;
  attributes: string;
  /** Bits of an integer that is stored without its least value; "single" and "double" are floats. */
  store: number | "single" | "double";
  least?: number;
  /** Stored numbers: integers, or floats. */
  values: number[];
}

/** A scan of a file. */
export interface E57Part {
  columns: E57Column[];
  /** XML of the pose. */
  pose?: string;
  name?: string;
}

/** No photographs. */
const IMAGES = `<images2D type="Vector" allowHeterogeneousChildren="1"></images2D>`;
const PAGE = 1024;
const PAYLOAD = 1020;

/** An integer column of so many bits. */
export function integers(name: string, least: number, most: number, values: number[]): E57Column {
  const bits = most === least ? 0 : Math.floor(Math.log2(most - least)) + 1;
  const attributes = `type="Integer" minimum="${least}" maximum="${most}"`;
  return { name, attributes, store: bits, least, values };
}

/** A column of floats. */
export function floats(name: string, precision: "single" | "double", values: number[]): E57Column {
  return { name, attributes: `type="Float" precision="${precision}"`, store: precision, values };
}

/** A scaled column; `values` are the integers that are scaled. */
export function scaled(
  name: string,
  [least, most]: [number, number],
  [scale, offset]: [number, number],
  values: number[],
): E57Column {
  const column = integers(name, least, most, values);
  const attributes =
    `type="ScaledInteger" minimum="${least}" maximum="${most}" scale="${scale}" offset="${offset}"`;
  return { ...column, attributes };
}

/** More of a file. */
export interface E57Recipe {
  /** XML beside data3D, given the byte at which the section of each of `blobs` begins. */
  more?: (offsets: number[]) => string;
  /** Contents of further sections. */
  blobs?: Uint8Array[];
  /** Bytes of a stream in one packet, so that several are needed. */
  inPacket?: number;
  /** Whether packets come first that readers pass over: an index, and an empty one. */
  hasIndex?: boolean;
}

/** Builds a file. */
export function makeE57(
  parts: E57Part[],
  { more = () => IMAGES, blobs = [], inPacket = 7, hasIndex = true }: E57Recipe = {},
): Uint8Array<ArrayBuffer> {
  const body: number[] = new Array(48).fill(0);
  const physical = (logical: number) => Math.floor(logical / PAYLOAD) * PAGE + logical % PAYLOAD;
  const u64 = (value: number) => [...new Uint8Array(new BigUint64Array([BigInt(value)]).buffer)];
  const u16 = (value: number) => [value & 255, value >> 8];
  const offsets = parts.map(({ columns }) => {
    while (body.length % 4 !== 0) body.push(0);
    const section = body.length;
    const packets: number[] = [];
    if (hasIndex) packets.push(0, 0, ...u16(15), ...new Array(12).fill(0), 2, 0, ...u16(3));
    const streams = columns.map(streamOf);
    for (let at = 0; streams.some(({ length }) => length > at); at += inPacket) {
      const pieces = streams.map((stream) => stream.slice(at, at + inPacket));
      const packet = [
        ...u16(pieces.length),
        ...pieces.flatMap(({ length }) => u16(length)),
        ...pieces.flat(),
      ];
      while (packet.length % 4 !== 0) packet.push(0);
      packets.push(1, 0, ...u16(packet.length + 3), ...packet);
    }
    body.push(
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      ...u64(32 + packets.length),
      ...u64(physical(section + 32)),
      ...u64(0),
      ...packets,
    );
    return physical(section);
  });
  const blobOffsets = blobs.map((blob) => {
    while (body.length % 4 !== 0) body.push(0);
    const section = body.length;
    body.push(0, 0, 0, 0, 0, 0, 0, 0, ...u64(16 + blob.length), ...blob);
    return physical(section);
  });
  const scans = parts.map(({ columns, pose = "", name = "station" }, i) =>
    `<vectorChild type="Structure"><guid type="String">{${i}}</guid><name type="String"><![CDATA[${name}]]></name>${pose}` +
    `<points type="CompressedVector" fileOffset="${offsets[i]}" recordCount="${
      columns[0]!.values.length
    }">` +
    `<prototype type="Structure">${
      columns.map(({ name, attributes }) => `<${name} ${attributes}/>`).join("")
    }</prototype><codecs type="Vector" allowHeterogeneousChildren="1"></codecs></points></vectorChild>`
  );
  const xml = new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?><e57Root type="Structure" xmlns="http://www.astm.org/COMMIT/E57/2010-e57-v1.0" xmlns:nor="http://www.libe57.org/E57_NOR_surface_normals.txt">` +
      `<formatName type="String"><![CDATA[ASTM E57 3D Imaging Data File]]></formatName><guid type="String">{file}</guid>` +
      `<versionMajor type="Integer">1</versionMajor><versionMinor type="Integer"/>` +
      `<data3D type="Vector" allowHeterogeneousChildren="1">${scans.join("")}</data3D>${
        more(blobOffsets)
      }</e57Root>`,
  );
  while (body.length % 4 !== 0) body.push(0);
  const xmlAt = body.length;
  body.push(...xml);
  while (body.length % PAYLOAD !== 0) body.push(0);
  const size = body.length / PAYLOAD * PAGE;
  const head = [
    ...new TextEncoder().encode("ASTM-E57"),
    ...[1, 0, 0, 0, 0, 0, 0, 0],
    ...u64(size),
    ...u64(physical(xmlAt)),
    ...u64(xml.length),
    ...u64(PAGE),
  ];
  head.forEach((byte, i) => body[i] = byte);
  return paged(Uint8Array.from(body));
}

/** The bytes with a checksum behind each page. */
function paged(logical: Uint8Array): Uint8Array<ArrayBuffer> {
  const pages = logical.length / PAYLOAD;
  const out = new Uint8Array(pages * PAGE);
  for (let page = 0; page < pages; page++) {
    out.set(logical.subarray(page * PAYLOAD, (page + 1) * PAYLOAD), page * PAGE);
  }
  return withChecksums(out);
}

/** Corrects the checksums of all pages, in place. */
export function withChecksums(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + PAGE <= bytes.length; at += PAGE) {
    view.setUint32(at + PAYLOAD, castagnoli(bytes.subarray(at, at + PAYLOAD)), false);
  }
  return bytes;
}

function castagnoli(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function streamOf({ store, least = 0, values }: E57Column): number[] {
  if (store === "single") return [...new Uint8Array(Float32Array.from(values).buffer)];
  if (store === "double") return [...new Uint8Array(Float64Array.from(values).buffer)];
  const bits = values.flatMap((value) =>
    Array.from({ length: store }, (_, bit) => Math.floor((value - least) / 2 ** bit) % 2)
  );
  return Array.from(
    { length: Math.ceil(bits.length / 8) },
    (_, byte) =>
      bits.slice(8 * byte, 8 * byte + 8).reduce((sum, on, bit) => sum + on * 2 ** bit, 0),
  );
}
