/**
 * Files that are read in parts, since they may be larger than memory.
 *
 * @module
 */
import { open } from "node:fs/promises";

/** A file that is read in parts. */
export interface ByteSource {
  /** Bytes of the file. */
  readonly size: number;
  /** Gives bytes `start` to `end`, fewer where the file ends before. */
  readonly read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Opens a file of the disk for as long as `use` takes. */
export async function withByteSource<T>(
  path: string,
  use: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await use({
      size,
      read: async (start, end) => {
        const length = Math.max(0, Math.min(end, size) - start);
        const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, start);
        return buffer.subarray(0, bytesRead);
      },
    });
  } finally {
    await file.close();
  }
}
