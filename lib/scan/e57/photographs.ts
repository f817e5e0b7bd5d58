/**
 * Takes the photographs out of an E57 file, with a `cameras.json`: what a client would have sent beside a scan of another
 * format. The file may be larger than memory: only its XML and the photographs are read.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { inverseRigid, multiply, quaternionPose } from "../camera/pose.ts";
import type { NamedFile } from "../camera/read_views.ts";
import { ScanError } from "../errors.ts";
import type { Warning } from "../warning.ts";
import { e57Images, type UsableE57Image } from "./images.ts";
import {
  type E57Header,
  isE57,
  logicalBytes,
  logicalOffset,
  parseE57Header,
  withoutChecksums,
} from "./pages.ts";
import { parseE57Xml } from "./xml.ts";

/** A photograph in a file. */
export interface EmbeddedPhotograph {
  /** A name for it. */
  readonly name: string;
  /**
   * Gives its content.
   *
   * @param source the file that it was found in
   * @throws {ScanError} where the file ends before, or a page of it is damaged
   */
  readonly chunks: (source: ByteSource) => AsyncIterable<Uint8Array>;
}

/** Photographs in a file, with their cameras. */
export interface EmbeddedViews {
  readonly photographs: EmbeddedPhotograph[];
  /** A `cameras.json`. */
  readonly cameras: NamedFile;
  /** What was left out. */
  readonly warnings: Warning[];
}

/** Bytes at the beginning of a file that tell whether it is E57, and where its XML lies. */
const HEADER_BYTES = 48;
/** Longer XML than this is not read for photographs: every element of it becomes an object. */
export const MOST_XML_BYTES = 4 * 2 ** 20;
const CHUNK_PAGES = 256;
/** Bytes before the content of a section: its kind, and its length. */
const SECTION_HEADER_BYTES = 16;
/** From the camera of a pinhole, which looks along −z with y up, to OpenCV's axes. */
const PINHOLE_AXES = axes([1, 0, 0], [0, -1, 0], [0, 0, -1]);
/** From the camera of a panorama, which looks along x with z up, to OpenCV's axes. */
const PANORAMA_AXES = axes([0, -1, 0], [0, 0, -1], [1, 0, 0]);

/**
 * Finds the photographs of a file that can be placed.
 *
 * @param most photographs that are taken; of more, some that are spread evenly
 * @returns null where it is no E57 file or has none; what is wrong with it is said where its points are read
 */
export async function e57Photographs(
  source: ByteSource,
  file: string,
  most = Infinity,
): Promise<EmbeddedViews | null> {
  const start = await source.read(0, HEADER_BYTES);
  if (!isE57(start)) return null;
  const found = await imagesOf(source, start, file);
  if (found.length === 0) return null;
  const count = Math.min(most, found.length);
  const images = Array.from(
    { length: count },
    (_, i) => found[Math.floor(i * found.length / count)]!,
  );
  const names = images.map(({ name, encoding }, index) =>
    `${index + 1}-${name.replace(/[^\w.-]+/g, "_").slice(0, 60)}.${encoding}`
  );
  const header = parseE57Header(start, source.size, file);
  const cameras = { images: images.map((image, index) => cameraOf(image, names[index]!)) };
  return {
    photographs: images.map((image, index) => ({
      name: names[index]!,
      chunks: (again) => chunksOf(again, header, image, file),
    })),
    cameras: {
      name: "cameras.json",
      bytes: new TextEncoder().encode(JSON.stringify(cameras)),
    },
    warnings: count === found.length ? [] : [{
      code: "left-out",
      text:
        `Of the ${found.length} photographs in the E57 file, ${count} were used, spread evenly. Start the server with a larger --max-images to use more.`,
      field: "images",
    }],
  };
}

async function imagesOf(
  source: ByteSource,
  start: Uint8Array,
  file: string,
): Promise<UsableE57Image[]> {
  try {
    const header = parseE57Header(start, source.size, file);
    if (header.xmlLength > MOST_XML_BYTES) return [];
    const xml = await readLogical(source, header, header.xmlOffset, header.xmlLength, file);
    // Photographs of a sound file do not overlap, so that all of them are no larger than the file.
    let room = source.size;
    return e57Images(parseE57Xml(xml, 0, file)).filter((image): image is UsableE57Image =>
      !("unusable" in image) && (room -= image.bytes) >= 0
    );
  } catch (error) {
    if (error instanceof ScanError) return [];
    throw error;
  }
}

/** The camera as `cameras.json` has it. */
function cameraOf({ width, height, pose, pinhole }: UsableE57Image, file: string) {
  const fromWorld = inverseRigid(quaternionPose(pose.rotation, pose.translation));
  const worldToCamera = [...multiply(pinhole ? PINHOLE_AXES : PANORAMA_AXES, fromWorld)];
  if (!pinhole) return { file, width, height, lens: "equirectangular", worldToCamera };
  const { fx, fy, cx, cy } = pinhole;
  // Here the centre of the first pixel is at (0, 0).
  return { file, width, height, fx, fy, cx: cx - 0.5, cy: cy - 0.5, worldToCamera };
}

async function* chunksOf(
  source: ByteSource,
  header: E57Header,
  { fileOffset, bytes, name }: UsableE57Image,
  file: string,
): AsyncIterable<Uint8Array> {
  const from = logicalOffset(fileOffset, header.pageSize) + SECTION_HEADER_BYTES;
  const step = CHUNK_PAGES * header.pageSize;
  for (let done = 0; done < bytes; done += step) {
    const wanted = Math.min(step, bytes - done);
    const content = await readLogical(source, header, from + done, wanted, file);
    if (content.length < wanted) {
      throw new ScanError({
        file,
        problem: `photograph ${name.slice(0, 80)} should have ${bytes} bytes at byte ${fileOffset}`,
        mend: "send the whole file",
        offset: source.size,
        field: "images2D",
      });
    }
    yield content;
  }
}

/** Bytes of a file by their place among those without checksums; fewer where it ends before. */
async function readLogical(
  source: ByteSource,
  header: E57Header,
  from: number,
  length: number,
  file: string,
): Promise<Uint8Array> {
  const { pageSize } = header;
  const payload = logicalBytes(pageSize, pageSize);
  const first = Math.floor(from / payload);
  const end = Math.min(Math.ceil((from + length) / payload), Math.floor(source.size / pageSize));
  if (end <= first) return new Uint8Array(0);
  const pages = await source.read(first * pageSize, end * pageSize);
  const content = withoutChecksums(pages, header, file, 0, first);
  return content.subarray(from - first * payload, from - first * payload + length);
}

/** A rotation whose rows are the new axes in the old ones, as a row-major 4x4 matrix. */
function axes(...rows: [number[], number[], number[]]): Float64Array {
  return Float64Array.from([...rows.flatMap((row) => [...row, 0]), 0, 0, 0, 1]);
}
