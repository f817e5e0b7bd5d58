/**
 * Loads camera files within bounds: whatever a client sends, at most 64 MiB of text and 256 MiB of binary files are
 * kept of the cameras of a scan. A text of COLMAP may be larger on the disk, since it lists the points of every
 * photograph in lines that nobody reads: of a long line only the beginning is kept.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { CameraError } from "../errors.ts";
import type { NamedFile } from "./read_views.ts";

const MIB = 2 ** 20;
/** Most bytes that are kept of all camera files of a scan. JSON takes up to twenty times its size once it is parsed. */
const TEXT_BYTES = 64 * MIB;
const BINARY_BYTES = 256 * MIB;
/** Bytes of a line that are kept. Only JSON has longer lines that matter, and is kept whole. */
const LINE_BYTES = 4096;
/** Bytes at the beginning of a file that tell text from binary. */
const HEAD_BYTES = 1024;

const NEWLINE = 0x0a;
/** White space, and the bytes of a byte-order mark. */
const BLANKS = new Set([0x09, NEWLINE, 0x0d, 0x20, 0xef, 0xbb, 0xbf]);
/** `{` and `[`. */
const JSON_STARTS = new Set([0x7b, 0x5b]);

/** A camera file that has not been loaded yet. */
export interface CameraSource {
  /** Name of the file. */
  name: string;
  /** Gives its content, in chunks of any size. */
  open: () => AsyncIterable<Uint8Array>;
}

/**
 * Loads camera files, one after the other.
 *
 * @throws {CameraError} where more would be kept than the bounds allow
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadCameraFiles } from "../mod.ts";
 *
 * const bytes = new TextEncoder().encode(`1 1 0 0 0 0 0 0 1 a.jpg\n${"0.5 ".repeat(5000)}\n`);
 * const [file] = await loadCameraFiles([{
 *   name: "images.txt",
 *   open: () => ReadableStream.from([bytes]),
 * }]);
 * assert.equal(file!.bytes.indexOf(0x0a, 25) - file!.bytes.indexOf(0x0a) - 1, 4096);
 * ```
 */
export async function loadCameraFiles(sources: readonly CameraSource[]): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  const room = { text: TEXT_BYTES, binary: BINARY_BYTES };
  for (const { name, open } of sources) {
    const kept = new KeptBytes(name, room);
    for await (const chunk of open()) kept.add(chunk);
    files.push({ name, bytes: kept.bytes() });
  }
  return files;
}

/** What is kept of a file: the beginnings of its lines, or everything where it is JSON, UTF-16 or binary. */
class KeptBytes {
  readonly #name: string;
  /** Bytes that may still be kept; shared by all files. */
  readonly #room: { text: number; binary: number };
  readonly #parts: Uint8Array[] = [];
  #kind: "text" | "binary" = "text";
  /** Null until the first byte that is no blank. */
  #isWhole: boolean | null = null;
  /** Bytes of the current line so far, up to those that are kept. */
  #column = 0;

  constructor(name: string, room: { text: number; binary: number }) {
    this.#name = name;
    this.#room = room;
  }

  add(chunk: Uint8Array): void {
    this.#isWhole ??= this.#wholeness(chunk);
    if (this.#isWhole) return this.#keep(chunk);
    let from = 0;
    for (let at = 0; at < chunk.length;) {
      const cut = at + LINE_BYTES - this.#column;
      const last = at + chunk.subarray(at, cut).lastIndexOf(NEWLINE);
      if (last >= at) {
        // The lines up to here are short, however many they are.
        this.#column = 0;
        at = last + 1;
      } else if (cut >= chunk.length) {
        this.#column += chunk.length - at;
        at = chunk.length;
      } else {
        this.#keep(chunk.subarray(from, cut));
        const end = chunk.indexOf(NEWLINE, cut);
        this.#column = end < 0 ? LINE_BYTES : 0;
        from = end < 0 ? chunk.length : end;
        at = from + 1;
      }
    }
    this.#keep(chunk.subarray(from));
  }

  bytes(): Uint8Array {
    return concat(this.#parts);
  }

  /** Whether a file that begins like this is kept whole; null where it has only blanks so far. */
  #wholeness(chunk: Uint8Array): boolean | null {
    const first = chunk.find((byte) => !BLANKS.has(byte));
    if (first === undefined) return null;
    const isUtf16 = (chunk[0] === 0xff && chunk[1] === 0xfe) ||
      (chunk[0] === 0xfe && chunk[1] === 0xff);
    const isBinary = !isUtf16 && chunk.subarray(0, HEAD_BYTES).includes(0);
    if (isBinary) this.#kind = "binary";
    return isBinary || isUtf16 || JSON_STARTS.has(first);
  }

  #keep(bytes: Uint8Array): void {
    this.#room[this.#kind] -= bytes.length;
    if (this.#room[this.#kind] < 0) {
      const most = this.#kind === "text" ? TEXT_BYTES : BINARY_BYTES;
      throw new CameraError({
        file: this.#name,
        problem: `with it the ${this.#kind} files of cameras are longer than ${most / MIB} MiB`,
        mend: "leave out what describes no camera, or send fewer photographs with their cameras",
      });
    }
    // A copy: parts of a large chunk would keep all of it.
    this.#parts.push(bytes.slice());
  }
}
