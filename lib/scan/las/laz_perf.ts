/**
 * Opens laz-perf 0.0.7. Like all emscripten programs for Node, it installs handlers for uncaught errors of the whole
 * process; a library must not do that, so they are removed again.
 *
 * @module
 */
import process from "node:process";
import { createLazPerf } from "laz-perf";

/** The part of laz-perf that is used here; its own types need those of emscripten. */
export interface LazPerf {
  /** The heap; another array after it has grown. */
  HEAPU8: Uint8Array;
  /** Exports of its wasm module. */
  asm: { memory: WebAssembly.Memory };
  /** Allocates bytes on the heap; 0 where there is no room. */
  _malloc(bytes: number): number;
  /** A decoder of one file. */
  LASZip: new () => {
    open(file: number, bytes: number): void;
    /** Writes the next point record to an address. */
    getPoint(to: number): void;
    getPointLength(): number;
  };
  /** A decoder of one chunk. */
  ChunkDecoder: new () => {
    delete(): void;
    open(format: number, recordBytes: number, chunk: number): void;
    /** Writes the next point record to an address. */
    getPoint(to: number): void;
  };
}

/** Memory of the decoder: so many bytes for its models, and so many times the size of the file. */
const HEAP_BYTES = 1 << 26;
const HEAP_FILES = 3;

/** Bytes that the decoder takes at most for a file of so many, beside the points that it decodes. */
export function decompressionBytes(fileBytes: number): number {
  return HEAP_BYTES + HEAP_FILES * fileBytes;
}

const EVENTS = ["uncaughtException", "unhandledRejection"];

const PAGE_BYTES = 65_536;

/**
 * Opens a new instance with its own heap, since a heap never shrinks, and errors leave objects in it.
 *
 * @param heapBytes largest size of the heap; damaged files ask for gigabytes
 */
export async function openLazPerf(heapBytes: number): Promise<LazPerf> {
  const before = EVENTS.map((event) => process.listeners(event));
  // The handlers are installed before this returns its promise. A failed allocation is reported by an error as well.
  const opening = createLazPerf({ print: () => {}, printErr: () => {} });
  for (const [index, event] of EVENTS.entries()) {
    for (const listener of process.listeners(event)) {
      if (!before[index]!.includes(listener)) process.removeListener(event, listener);
    }
  }
  const lazPerf = await opening as unknown as LazPerf;
  const { memory } = lazPerf.asm;
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * PAGE_BYTES > heapBytes) {
      throw new RangeError(
        `Cannot grow the heap of laz-perf beyond ${heapBytes} bytes; the file is damaged`,
      );
    }
    return WebAssembly.Memory.prototype.grow.call(memory, pages);
  };
  return lazPerf;
}
