/**
 * Opens laz-perf 0.0.7. As emscripten programs for Node do, it takes over the process's handlers for errors that
 * nobody caught; a library must not, so they are taken off again.
 *
 * @module
 */
import process from "node:process";
import { createLazPerf } from "laz-perf";

/** What is used of laz-perf, whose own types need those of emscripten. */
export interface LazPerf {
  HEAPU8: Uint8Array;
  /** Exports of its wasm module. */
  asm: { memory: WebAssembly.Memory };
  _malloc(bytes: number): number;
  LASZip: new () => {
    open(file: number, bytes: number): void;
    /** Writes the next record. */
    getPoint(to: number): void;
    getCount(): number;
    getPointLength(): number;
  };
}

const EVENTS = ["uncaughtException", "unhandledRejection"];

const PAGE_BYTES = 65_536;

/**
 * A new module with a heap of its own: it never shrinks, and what laz-perf throws leaves its objects in it.
 *
 * @param heapBytes what the heap may grow to; a damaged file asks for gigabytes
 */
export async function openLazPerf(heapBytes: number): Promise<LazPerf> {
  const before = EVENTS.map((event) => process.listeners(event));
  // The handlers are set before this returns its promise. What it says of an allocation that failed is in its error.
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
      throw new RangeError(`Cannot grow the heap of laz-perf beyond ${heapBytes} bytes`);
    }
    return WebAssembly.Memory.prototype.grow.call(memory, pages);
  };
  return lazPerf;
}
