/**
 * Files that are read in parts, since they may be larger than memory.
 *
 * @module
 */
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
  using file = await Deno.open(path);
  const { size } = await file.stat();
  return await use({
    size,
    async read(start, end) {
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      await file.seek(start, Deno.SeekMode.Start);
      let length = 0;
      while (length < bytes.length) {
        const more = await file.read(bytes.subarray(length));
        if (more === null) break;
        length += more;
      }
      return bytes.subarray(0, length);
    },
  });
}
