/**
 * Files that are still there after the power fails. A write is on the disk once its file was synced, and a
 * name once its folder was.
 *
 * @module
 */
import { type FileHandle, open } from "node:fs/promises";

/**
 * Writes a new file chunk by chunk, so that no more than a chunk of it is in memory.
 *
 * @returns how many bytes it has.
 * @throws {Error} `EEXIST` where there is one already.
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

/** Puts the names of new files of a folder on the disk. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names by its own journal.
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
