/**
 * Files that survive a power failure. Their contents are safe once the file is synced, and their name once its
 * folder is.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";

/**
 * Writes a new file chunk by chunk, so that only one chunk of it is in memory, and syncs it.
 *
 * @returns the size of the file in bytes.
 * @throws {Error} with code `EEXIST` where the file exists already.
 */
export async function writeStream(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "wx");
  try {
    let size = 0;
    for await (const chunk of chunks) {
      await writeAll(file, chunk);
      size += chunk.byteLength;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

/** Syncs a folder, so that the names of its new files are safe. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and journals names by itself.
  if (Deno.build.os === "windows") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.byteLength;) {
    done += (await file.write(chunk, done)).bytesWritten;
  }
}
