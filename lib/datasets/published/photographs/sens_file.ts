/**
 * ScanNet's recordings (`.sens`, version 4): colour and depth pictures with their poses, one after another.
 *
 * Source: `SensReader/python/SensorData.py` of ScanNet/ScanNet.
 *
 * @module
 */
import { DatasetError } from "../../scene_folder.ts";

/** The matrices of a recording's colour camera, and its frames. */
export interface SensRecording {
  /** [4][4] row-major. */
  readonly intrinsics: Float32Array;
  /** [4][4] row-major, the identity where colour and depth share a frame. */
  readonly extrinsics: Float32Array;
  readonly frames: readonly SensFrame[];
}

/** A frame of a recording. */
export interface SensFrame {
  /** [4][4] row-major, camera to world; -inf where tracking was lost. */
  readonly cameraToWorld: Float32Array;
  /** Byte at which the colour picture begins. */
  readonly offset: number;
  /** Bytes of the colour picture, a JPEG or PNG file. */
  readonly bytes: number;
}

const VERSION = 4;
const MATRIX_BYTES = 16 * 4;
/** Longest name of a sensor that is believed. */
const MAX_NAME = 4096;
/** Codes of pictures that are whole files: PNG, JPEG. */
const FILES = [1, 2];
/** Bytes before the frames, but for the name: four matrices, two codes, four sizes, a scale, and a count. */
const HEADER_BYTES = 4 * MATRIX_BYTES + 4 * 7 + 8;
/** Bytes before the pictures of a frame: its pose, two times, two sizes. */
const FRAME_BYTES = MATRIX_BYTES + 4 * 8;

/**
 * Lists the frames of a recording; its pictures are not read.
 *
 * @throws {DatasetError} where it is of another version, or ends too early
 */
export async function readSens(path: string): Promise<SensRecording> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  const fail = (what: string) => new DatasetError(`Cannot read ${path}: ${what}; fetch it again`);
  const viewAt = async (offset: number, bytes: number, what: string) => {
    if (offset + bytes > size) throw fail(`it ends within ${what}`);
    return new DataView((await readRange(file, offset, bytes)).buffer);
  };
  const start = await viewAt(0, 12, "its header");
  const version = start.getUint32(0, true);
  if (version !== VERSION) throw fail(`its version is ${version}, not ${VERSION}`);
  const nameBytes = Number(start.getBigUint64(4, true));
  if (nameBytes > MAX_NAME) throw fail(`its sensor has a name of ${nameBytes} bytes`);
  const header = await viewAt(12 + nameBytes, HEADER_BYTES, "its header");
  const compression = header.getInt32(4 * MATRIX_BYTES, true);
  if (!FILES.includes(compression)) {
    throw fail(`its colour pictures are neither JPEG nor PNG (code ${compression})`);
  }
  const count = Number(header.getBigUint64(HEADER_BYTES - 8, true));
  const frames: SensFrame[] = [];
  let at = 12 + nameBytes + HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    const what = `frame ${index} of ${count}`;
    const frame = await viewAt(at, FRAME_BYTES, what);
    const bytes = Number(frame.getBigUint64(MATRIX_BYTES + 16, true));
    const depthBytes = Number(frame.getBigUint64(MATRIX_BYTES + 24, true));
    const offset = at + FRAME_BYTES;
    at = offset + bytes + depthBytes;
    if (at > size) throw fail(`it ends within ${what}`);
    frames.push({ cameraToWorld: matrixOf(frame, 0), offset, bytes });
  }
  return { intrinsics: matrixOf(header, 0), extrinsics: matrixOf(header, MATRIX_BYTES), frames };
}

/** Reads the colour picture of a frame: a JPEG or PNG file. */
export async function readSensPicture(path: string, frame: SensFrame): Promise<Uint8Array> {
  using file = await Deno.open(path);
  return await readRange(file, frame.offset, frame.bytes);
}

/** Reads bytes that are known to be there. */
async function readRange(
  file: Deno.FsFile,
  offset: number,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  await file.seek(offset, Deno.SeekMode.Start);
  const out = new Uint8Array(bytes);
  for (let at = 0; at < bytes;) at += (await file.read(out.subarray(at))) ?? bytes;
  return out;
}

function matrixOf(view: DataView, offset: number): Float32Array {
  return Float32Array.from({ length: 16 }, (_, i) => view.getFloat32(offset + 4 * i, true));
}
